import { type StackwalkOptions, stackwalkDefaults } from './stackwalk-options.ts'

/** A call of `crashkeep stackwalk`. */
export interface StackwalkCall {
  readonly dump: string
  readonly symbols: readonly string[]
  readonly options: StackwalkOptions
}

const forms = { '--json': 'json', '--human': 'human', '--machine': 'machine', '-m': 'machine' } as const
const switches = { '--brief': 'brief', '--pretty': 'pretty' } as const

/**
 * Reads the words of a call with none but the most usual flags, as the whole parser would; undefined for every other call, and for one
 * that is wrong, of which the whole parser knows what to say.
 */
export function plainCall([command, ...words]: readonly string[]): StackwalkCall | undefined {
  if (command !== 'stackwalk') return undefined
  const options: StackwalkOptions = { ...stackwalkDefaults }
  const operands: string[] = []
  let form: string | undefined
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (isKey(forms, word)) {
      if (form !== undefined && form !== forms[word]) return undefined
      form = forms[word]
      options[forms[word]] = true
    } else if (isKey(switches, word)) {
      options[switches[word]] = true
    } else if (word === '--symbols-path') {
      const folder = words[++at]
      if (folder === undefined || folder.startsWith('-')) return undefined
      options.symbolsPath = [...(options.symbolsPath ?? []), folder]
    } else if (word.startsWith('-')) {
      return undefined
    } else {
      operands.push(word)
    }
  }
  const [dump, ...symbols] = operands
  return dump === undefined ? undefined : { dump, symbols, options }
}

function isKey<T extends object>(table: T, word: string): word is keyof T & string {
  return Object.hasOwn(table, word)
}
