import type { DumpCommandOptions } from './run-dump.ts'

/** A call of `crashkeep symbols dump`. */
export interface DumpCall {
  readonly paths: readonly string[]
  readonly options: DumpCommandOptions
}

const places = { '-o': 'output', '--output': 'output', '-s': 'store', '--store': 'store' } as const

/**
 * Reads the words of a call with none but the most usual flags, as the whole parser would; undefined for every other call, and for one that is
 * wrong: a file of some megabytes is dumped in the time that it takes to load all commands that have to do with symbols.
 */
export function plainDump([command, subcommand, ...words]: readonly string[]): DumpCall | undefined {
  if (command !== 'symbols' || subcommand !== 'dump') return undefined
  const options: DumpCommandOptions = {}
  const paths: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--inlines' || word === '--no-inlines') {
      options.inlines = word === '--inlines'
    } else if (isPlace(word)) {
      const place = words[++at]
      if (place === undefined || place.startsWith('-')) return undefined
      options[places[word]] = place
    } else if (word.startsWith('-')) {
      return undefined
    } else {
      paths.push(word)
    }
  }
  return paths.length === 0 ? undefined : { paths, options }
}

function isPlace(word: string): word is keyof typeof places {
  return Object.hasOwn(places, word)
}
