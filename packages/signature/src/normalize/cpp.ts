import { collapseArguments, collapseTypes, dropCloneLabels, tidySpaces } from './collapse.ts'
import { dropPrefixAndReturnType } from './drop-prefix-and-return-type.ts'

const trailingQualifiers = ['const', 'const&', 'const &', '&&', '&'] as const

/** `lineNumbers` decides for which (normalised) names the line is part of the signature; `undefined`: none. */
export function normalizeCpp(name: string, line: number | null | undefined, lineNumbers?: RegExp): string {
  let text = name
  for (const qualifier of trailingQualifiers) {
    if (text.endsWith(qualifier)) text = text.slice(0, -qualifier.length).trim()
  }
  // A conversion operator's type has spaces of its own: `Heap::operator JSObject*`.
  if (!text.includes('::operator')) text = dropPrefixAndReturnType(text)
  text = text.replaceAll("`anonymous namespace'", '(anonymous namespace)')
  // Clang numbers lambdas per file: `foo()::$_12::operator()`.
  text = text.replace(/::\$_\d+::/g, '::$::')
  text = dropCloneLabels(collapseArguments(collapseTypes(text)))
  if (lineNumbers?.test(text)) text += `:${line ?? ''}`
  return tidySpaces(text)
}
