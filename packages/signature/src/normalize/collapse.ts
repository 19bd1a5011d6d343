import { maxTemplateDepth } from '../limits.ts'
import { replaceEnclosed } from './replace-enclosed.ts'

/** `Foo<int, Bar<T> >::baz` becomes `Foo<T>::baz`: template arguments differ between callers of one and the same code. */
export function collapseTypes(name: string, depth = 0): string {
  return replaceEnclosed(name, '<', '>', (inside, before) => {
    if (inside === '<name omitted>' || inside.includes(' as ') || inside.includes(' in ')) return inside
    if (before.endsWith('operator')) return inside
    // Chromium's IPC::ParamTraits<Message> is the same few functions for every message; only the argument tells them apart.
    if (before.endsWith('IPC::ParamTraits') && depth < maxTemplateDepth) return `<${collapseTypes(inside.slice(1, -1), depth + 1)}>`
    return '<T>'
  })
}

export function collapseRustTypes(name: string): string {
  return replaceEnclosed(name, '<', '>', (inside) => (inside.includes(' as ') ? inside : '<T>'))
}

export function collapseArguments(name: string): string {
  return replaceEnclosed(name, '(', ')', (inside, before) =>
    inside === '(anonymous namespace)' || before.endsWith('operator') ? inside : '',
  )
}

export function collapseRustArguments(name: string): string {
  return replaceEnclosed(name, '(', ')', () => '')
}

/** `foo [clone .cold.12]`: the part of a function that profiling found rarely used is moved away and numbered per build. */
export function dropCloneLabels(name: string): string {
  return name.includes('clone .cold') ? replaceEnclosed(name, '[', ']', () => '') : name
}

/** One way of writing pointers and lists, whichever tool wrote the symbols. */
export function tidySpaces(name: string): string {
  return name.replace(/ (?=[*&,])/g, '').replace(/,(?! )/g, ', ')
}
