import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'

interface SectionProps {
  readonly id: string
  readonly title: string
  readonly note?: ComponentChildren
  readonly aside?: ComponentChildren
  readonly children: ComponentChildren
}

export function Section({ id, title, note, aside, children }: SectionProps): JSX.Element {
  return (
    <section class="section" id={id} aria-labelledby={`${id}-title`}>
      <header class="section-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {note === undefined ? null : <span class="dim">{note}</span>}
        {aside === undefined ? null : <span class="section-aside">{aside}</span>}
      </header>
      {children}
    </section>
  )
}

interface FoldedProps {
  readonly id?: string
  readonly title: ComponentChildren
  readonly note?: ComponentChildren
  readonly open?: boolean
  readonly render: () => ComponentChildren
}

/** Closed until wanted; what is inside is built when it is opened for the first time. */
export function Folded({ id, title, note, open = false, render }: FoldedProps): JSX.Element {
  const [opened, setOpened] = useState(open)
  return (
    <details
      class="folded"
      {...(id === undefined ? {} : { id })}
      open={open}
      onToggle={(event) => event.currentTarget.open && setOpened(true)}
    >
      <summary>
        <span class="folded-title">{title}</span>
        {note === undefined ? null : <span class="dim">{note}</span>}
      </summary>
      {opened ? <div class="folded-body">{render()}</div> : null}
    </details>
  )
}
