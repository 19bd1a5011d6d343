import type { ProjectSettings } from '@crashkeep/server/api-types'

type Source = ProjectSettings['symbolSources']['list'][number]
type Server = Exclude<Source, { preset: unknown }>
type Preset = Exclude<Source, Server>['preset']

const layouts: readonly Server['layout'][] = ['breakpad', 'microsoft', 'microsoft-two-tier', 'debuginfod', 'ssqp']
const serverLine = /^(.+?)\s+([\w-]+)\s+(https?:\/\/\S+)((?:\s+(?:private|electron))*)$/

/** One a line: the name of a public server, or `NAME LAYOUT ADDRESS`, with `private` and `electron` behind it where they hold. */
export function linesOfSources(list: readonly Source[]): string[] {
  return list.map((source) =>
    'preset' in source
      ? source.preset
      : [
          source.name,
          source.layout,
          source.url,
          ...(source.allowPrivate ? ['private'] : []),
          ...(source.renamedElectron ? ['electron'] : []),
        ].join(' '),
  )
}

/** A line that is no server is taken for a public one's name; the API says when there is none. */
export function sourcesOfLines(lines: readonly string[]): Source[] {
  return lines.map((line): Source => {
    const [, name = '', layoutName = '', url = '', marks = ''] = serverLine.exec(line) ?? []
    const layout = layouts.find((known) => known === layoutName)
    if (layout === undefined) return { preset: line as Preset }
    const renamedElectron = /\belectron\b/.test(marks)
    return { name, layout, url, allowPrivate: /\bprivate\b/.test(marks), ...(renamedElectron ? { renamedElectron } : {}) }
  })
}
