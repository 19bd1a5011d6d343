import type { SymbolModule } from '@crashkeep/server/api-types'

const scriptPrefix = 'RELEASE:'

/** Scripts stand in the list with their release in the place of the id. */
export function isScript({ debugId }: Pick<SymbolModule, 'debugId'>): boolean {
  return debugId.startsWith(scriptPrefix)
}

/** What to run for a module without symbols: on its debug file, its program or a `.sym`, which the command tells apart; for a script on its source map. */
export function uploadLine(project: string, { debugFile, debugId }: Pick<SymbolModule, 'debugFile' | 'debugId'>): string {
  const leaf = debugFile.replace(/^.*[\\/]/, '')
  if (!isScript({ debugId })) return `crashkeep symbols upload --project ${project} PATH/TO/${quoted(leaf)}`
  const release = debugId.slice(scriptPrefix.length)
  const ofRelease = release === '' ? '' : ` --release ${quoted(release)}`
  return `crashkeep symbols upload --project ${project}${ofRelease} PATH/TO/${quoted(`${leaf}.map`)}`
}

function quoted(text: string): string {
  return /^[\w.+@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
