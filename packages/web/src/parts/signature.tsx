import type { JSX } from 'preact'

/** A signature's first frame strong, the next two dim, the rest left to the title. */
export function Signature({ text, frames = 3 }: { readonly text: string; readonly frames?: number }): JSX.Element {
  const parts = text.split(' | ')
  const [first = text, ...rest] = parts
  const shown = rest.slice(0, frames - 1)
  return (
    <span class="signature" title={text}>
      <span class="signature-first">{first}</span>
      {shown.map((part, at) => (
        <span key={at} class="signature-rest">
          {part}
        </span>
      ))}
      {frames > 1 && shown.length < rest.length ? <span class="signature-rest">+{rest.length - shown.length}</span> : null}
    </span>
  )
}

/** The two frames under the first one, dim: whence it was called. */
export function CalledFrom({ signature }: { readonly signature: string }): JSX.Element | null {
  const [, second, third] = signature.split(' | ')
  if (second === undefined) return null
  return <span class="called-from">{third === undefined ? `← ${second}` : `← ${second} ← ${third}`}</span>
}
