import type { JSX } from 'preact'
import { splitSignature } from '../text/signature.ts'

/** The part of a signature that stands out; the whole is its title. */
export function SignatureHead({ text, kind }: { readonly text: string; readonly kind: string }): JSX.Element {
  return (
    <span class="signature" title={text}>
      {splitSignature(text, kind).head}
    </span>
  )
}

/** The two frames under the first one, dim: whence it was called. */
export function CalledFrom({ text, kind }: { readonly text: string; readonly kind: string }): JSX.Element | null {
  const [second, third] = splitSignature(text, kind).rest
  if (second === undefined) return null
  return <span class="called-from">{third === undefined ? `← ${second}` : `← ${second} ← ${third}`}</span>
}
