import { collapseRustArguments, collapseRustTypes, tidySpaces } from './collapse.ts'
import { dropPrefixAndReturnType } from './drop-prefix-and-return-type.ts'

export function normalizeRust(name: string, line: number | null | undefined, lineNumbers?: RegExp): string {
  let text = collapseRustArguments(collapseRustTypes(dropPrefixAndReturnType(name)))
  if (lineNumbers?.test(text)) text += `:${line ?? ''}`
  // Legacy mangling ends in a hash of the crate and its generics: `core::panicking::panic::h0123456789abcdef`.
  return tidySpaces(text).replace(/::h[0-9a-fA-F]+$/, '')
}
