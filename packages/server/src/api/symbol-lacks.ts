import type { SymbolContents } from '../store/symbols/symbol-contents.ts'

/** What a file does not tell; nothing where nobody has looked. */
export function lacksOf(contents: SymbolContents | undefined): ('functions' | 'unwind')[] {
  return contents === undefined ? [] : (['functions', 'unwind'] as const).filter((part) => !contents[part])
}
