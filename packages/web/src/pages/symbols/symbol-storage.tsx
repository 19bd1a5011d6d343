import type { SymbolUsage } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { Time } from '../../parts/time.tsx'
import { bytes, count, counted } from '../../text/number.ts'

/** How much there is, how much there may be, and what went because nobody needed it. */
export function SymbolStorage({ usage }: { readonly usage: SymbolUsage }): JSX.Element {
  const { files, maxFiles, maxBytes, unusedDays, removed } = usage
  const full = (maxFiles !== null && files >= maxFiles) || (maxBytes !== null && usage.bytes >= maxBytes)
  return (
    <p class={full ? 'symbols-conflict' : 'dim'}>
      {counted(files, 'file')}
      {maxFiles === null ? '' : ` of ${count(maxFiles)}`}, {bytes(usage.bytes)}
      {maxBytes === null ? '' : ` of ${bytes(maxBytes)}`}
      {full ? '; the quota is full, and more are refused' : ''}.{' '}
      {unusedDays === null ? 'Symbols stay for ever.' : `What no report needs for ${counted(unusedDays, 'day')} is removed.`}
      {removed === null ? null : (
        <>
          {' '}
          {counted(removed.files, 'file')} with {bytes(removed.bytes)} went so far, last <Time at={removed.lastAt} />.
        </>
      )}
    </p>
  )
}
