import type { JSX } from 'preact'

/** The sentence is plain text; what stands between backticks is code. */
export function Sentence({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {text.split('`').map((part, at) => {
        return at % 2 === 1 ? <code key={at}>{part}</code> : part
      })}
    </>
  )
}
