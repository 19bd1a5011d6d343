import type { CrashpadInfo } from '@crashkeep/minidump'

/**
 * All annotations of a dump under one key each, in the order in which Crashpad's own upload takes them: the process's first, then each
 * module's simple ones and objects; what is there already stays. List annotations are joined under `list_annotations`.
 */
export function crashpadAnnotations(crashpad: CrashpadInfo | undefined): Record<string, string> {
  const annotations = new Map<string, string>(crashpad?.annotations)
  const lists: string[] = []
  for (const module of crashpad?.modules ?? []) {
    for (const [key, value] of module.simpleAnnotations) addIfNew(annotations, key, value)
    for (const { name, text } of module.annotationObjects) if (text !== undefined) addIfNew(annotations, name, text)
    lists.push(...module.listAnnotations)
  }
  if (lists.length > 0) addIfNew(annotations, 'list_annotations', lists.join('\n'))
  return Object.fromEntries(annotations)
}

function addIfNew(annotations: Map<string, string>, key: string, value: string): void {
  if (!annotations.has(key)) annotations.set(key, value)
}
