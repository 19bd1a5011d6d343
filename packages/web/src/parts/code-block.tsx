import type { JSX } from 'preact'
import { CopyButton } from './copy-button.tsx'

export function CodeBlock({ title, code, note }: { readonly title: string; readonly code: string; readonly note?: string }): JSX.Element {
  return (
    <figure class="code-block">
      <figcaption>
        <span>{title}</span>
        <CopyButton text={code} what={title} />
      </figcaption>
      <pre>{code}</pre>
      {note === undefined ? null : <p class="dim">{note}</p>}
    </figure>
  )
}
