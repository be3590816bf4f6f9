// What holds across the CRDs and no single file shows.
import { readdirSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import { parse } from 'yaml'
import { readKinds, type Schema, sharedName } from '../../../schemas/generator/crd.ts'

const folder = new URL('../../../schemas/crds/', import.meta.url)
const kinds = readKinds(folder)

/** Every schema below this one, itself first, with its path. */
function walk(schema: Schema, path: string): readonly (readonly [path: string, schema: Schema])[] {
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => walk(property, `${path}.${name}`))
  const items = schema.items === undefined ? [] : walk(schema.items, `${path}[]`)
  const values = schema.additionalProperties === undefined ? [] : walk(schema.additionalProperties, `${path}{}`)
  return [[path, schema], ...properties, ...items, ...values]
}

const schemas = kinds.flatMap(({ typeName, schema }) => walk(schema, typeName))

describe('The CRDs', () => {
  it('are all in the kustomization', () => {
    const { resources } = parse(readFileSync(new URL('kustomization.yaml', folder), 'utf8')) as { resources: string[] }
    expect(resources).to.have.members(readdirSync(folder).filter((name) => name !== 'kustomization.yaml'))
  })

  it('describe every field', () => {
    const silent = schemas.filter(
      ([path, { description, type }]) => description === undefined && type !== 'string' && !path.endsWith('.metadata'),
    )
    expect(silent.map(([path]) => path).filter((path) => !path.endsWith('{}'))).to.deep.equal([])
  })

  it('bound what users write, so that CEL stays within its budget', () => {
    const isUsers = (path: string): boolean => /\.spec\b/.test(path)
    const unbounded = schemas.filter(
      ([path, { type, maxItems, maxLength, maxProperties, additionalProperties, enum: values }]) =>
        isUsers(path) &&
        ((type === 'array' && maxItems === undefined) ||
          (type === 'string' && maxLength === undefined && values === undefined) ||
          (additionalProperties !== undefined && maxProperties === undefined)),
    )
    expect(unbounded.map(([path]) => path)).to.deep.equal([])
  })

  it('have one label selector', () => {
    const selectors = schemas.map(([, schema]) => schema).filter((schema) => sharedName(schema) === 'LabelSelector')
    expect(selectors.length).to.be.greaterThan(10)
    expect(selectors.filter((selector) => !isDeepStrictEqual(selector, selectors[0]))).to.deep.equal([])
  })

  it('make every BGPPeer of v1beta1 a BGPPeer of v1beta2, since nothing converts it', () => {
    const properties = (typeName: string) => kinds.find((kind) => kind.typeName === typeName)?.schema.properties?.['spec']?.properties ?? {}
    const storage = properties('BGPPeerV1beta2')
    for (const [name, old] of Object.entries(properties('BGPPeerV1beta1'))) {
      const { description: _, default: initial, ...stored } = storage[name] ?? {}
      const { description: __, minimum, ...given } = old
      // A default of the stored version only would also be filled in for objects that were read through v1beta1: harmless, and wanted for the port.
      if (initial !== undefined) expect(name).to.equal('peerPort')
      expect(minimum ?? 0, name).to.be.at.least(stored.minimum ?? 0)
      expect({ ...given, minimum: undefined, 'x-kubernetes-validations': undefined }, name).to.deep.equal({
        ...stored,
        minimum: undefined,
        'x-kubernetes-validations': undefined,
      })
    }
  })
})
