import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { bytes } from '../text/number.ts'

/** Longer values are cut until somebody asks: one annotation may hold 64 KB. */
const shownCharacters = 400

export function LongText({ text }: { readonly text: string }): JSX.Element {
  const [all, setAll] = useState(false)
  if (text === '') return <span class="dim">(empty)</span>
  if (text.length <= shownCharacters) return <span class="value">{text}</span>
  return (
    <span class="value">
      {all ? text : `${text.slice(0, shownCharacters)}…`}{' '}
      <button type="button" class="link" onClick={() => setAll(!all)} aria-expanded={all}>
        {all ? 'show less' : `show all ${bytes(text.length)}`}
      </button>
    </span>
  )
}
