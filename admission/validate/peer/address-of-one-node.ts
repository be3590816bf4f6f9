import { type Address, formatAddress, sameAddress } from '../../../core/address.ts'
import { problem } from '../../../core/problem.ts'
import { listed } from '../listed.ts'
import type { PeerCase, PeerRule } from './rule.ts'

/** An address belongs to one Node, and a peer usually to many: those that do not have it use their own. */
export const addressOfOneNode: PeerRule = (facts) => {
  const { peer, nodes } = facts
  if (nodes.length < 2) return []
  const { source, routerId, nodeSelectors } = peer
  const identifier: Address | undefined = routerId === undefined ? undefined : { family: 'IPv4', value: routerId }
  return [
    ...(source === undefined ? [] : [said('sourceAddress', source, facts)]),
    ...(identifier === undefined ? [] : [nodeSelectors.length === 0 ? said('routerID', identifier, facts) : shared(identifier, facts)]),
  ]
}

function said(field: string, address: Address, { nodes }: PeerCase): ReturnType<PeerRule>[number] {
  const text = formatAddress(address)
  const owner = nodes.find(({ addresses }) => addresses.some((each) => sameAddress(each, address)))
  const message =
    owner === undefined
      ? `${field} ${text} is that of no Node, as far as Kubernetes lists their addresses; a Node that does not have it uses its own`
      : `${field} ${text} is that of Node ${owner.name}: the others (${namesOf(nodes.filter((node) => node !== owner))}) use their own; with nodeSelectors each Node can have a peer of its own`
  return problem('AddressOfOneNode', `spec.${field}`, message, text)
}

/** With nodeSelectors the speakers take what is written. */
function shared(address: Address, { nodes }: PeerCase): ReturnType<PeerRule>[number] {
  const message = `routerID ${formatAddress(address)} would be that of ${nodes.length} Nodes (${namesOf(nodes)}): routers tell speakers apart by it; leave it out, or select one Node`
  return problem('AddressOfOneNode', 'spec.routerID', message, formatAddress(address))
}

function namesOf(nodes: PeerCase['nodes']): string {
  return listed(nodes.map(({ name }) => name).toSorted(), 3)
}
