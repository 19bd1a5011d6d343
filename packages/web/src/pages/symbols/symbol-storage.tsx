import type { SymbolUsage } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { Time } from '../../parts/time.tsx'
import { bytes, count, counted } from '../../text/number.ts'

/** A file that does not fit is refused as a whole, so that a quota is seldom used up to its last byte. */
const nearlyFull = 0.9

/** How much there is, how much there may be, and what went because nobody needed it. */
export function SymbolStorage({ usage }: { readonly usage: SymbolUsage }): JSX.Element {
  const { files, maxFiles, maxBytes, unusedDays, removed, shared, fetched } = usage
  const fill = Math.max(maxFiles === null ? 0 : files / maxFiles, maxBytes === null ? 0 : usage.bytes / maxBytes)
  return (
    <>
      <p class={fill >= nearlyFull ? 'symbols-conflict' : 'dim'}>
        {counted(files, 'file')}
        {maxFiles === null ? '' : ` of ${count(maxFiles)}`}, {taken(usage)}
        {fill >= 1
          ? '; the quota is full, and more are refused'
          : fill >= nearlyFull
            ? '; the quota is nearly full, and what does not fit is refused'
            : ''}
        . {unusedDays === null ? 'Symbols stay for ever.' : `What no report needs for ${counted(unusedDays, 'day')} is removed.`}
        {removed === null ? null : (
          <>
            {' '}
            {counted(removed.files, 'file')} with {bytes(removed.bytes)} went so far, last <Time at={removed.lastAt} />.
          </>
        )}
      </p>
      {shared === null || shared.files === 0 ? null : (
        <p class="dim">
          For every project {counted(shared.files, 'file')}, {taken(shared)}
          {shared.unusedDays === null ? '' : `; what no report needs for ${counted(shared.unusedDays, 'day')} is removed`}.
        </p>
      )}
      {fetched === null || fetched.files === 0 ? null : (
        <p class="dim">
          Of other servers {counted(fetched.files, 'file')}, {taken(fetched)}; those that no report needs for longest go first.
        </p>
      )}
    </>
  )
}

function taken(used: { readonly bytes: number; readonly maxBytes: number | null }): string {
  return used.maxBytes === null ? bytes(used.bytes) : `${bytes(used.bytes)} of ${bytes(used.maxBytes)}`
}
