import { type Problem, problem } from '../../core/problem.ts'

/** Objects of metallb.io count in one namespace only; in another one they would silently do nothing. */
export function ownNamespaceProblems(namespace: string, own: string): readonly Problem[] {
  if (namespace === own) return []
  const message = `resource must be created in ${own} namespace, not in "${namespace}", where MetalLB does not read it; set metadata.namespace: ${own}`
  return [problem('WrongNamespace', 'metadata.namespace', message, namespace)]
}
