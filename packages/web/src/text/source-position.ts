/** A source file as symbol files name it, ready for a line of a stack: short, with the whole beside it and, where its host is known, a link. */
export interface SourcePosition {
  readonly short: string
  readonly whole: string
  readonly href: string | undefined
}

export function sourcePosition(file: string, line: number | undefined): SourcePosition {
  const suffix = line === undefined ? '' : `:${line}`
  const stored = versionControlled(file)
  const path = stored?.path ?? file
  const parts = path.split(/[\\/]+/).filter((part) => part !== '')
  const short = parts.slice(-2).join('/') || path
  return { short: short + suffix, whole: path + suffix, href: stored === undefined ? undefined : stored.href(line) }
}

/** Only these hosts are linked, each by its own known form of address; a report cannot make any other link out of a file name. */
function versionControlled(file: string): { path: string; href: (line: number | undefined) => string | undefined } | undefined {
  // Breakpad and Mozilla write "git:github.com/owner/name:path:revision" and "hg:hg.mozilla.org/name:path:revision".
  const match = /^(git|hg|s3):([\w.-]+\/[\w./-]+):([^:]+):([\w.-]+)?/.exec(file)
  const [, kind, place, path, revision] = match ?? []
  if (kind === undefined || place === undefined || path === undefined) return undefined
  const at = path.split('/').map(encodeURIComponent).join('/')
  return {
    path,
    href: (line) => {
      if (revision === undefined || revision === '') return undefined
      if (kind === 'git' && place.startsWith('github.com/'))
        return `https://${place}/blob/${revision}/${at}${line === undefined ? '' : `#L${line}`}`
      if (kind === 'hg' && place.startsWith('hg.mozilla.org/'))
        return `https://${place}/file/${revision}/${at}${line === undefined ? '' : `#l${line}`}`
      return undefined
    },
  }
}

/** An address that a report names, only if a browser may be sent there. */
export function webAddress(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined
  try {
    return new URL(text).href
  } catch {
    return undefined
  }
}
