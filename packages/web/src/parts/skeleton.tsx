import type { JSX } from 'preact'

/** Grey lines in the place of what is coming; style sheets keep them invisible for the first 300 ms. */
export function Skeleton({ lines, what }: { readonly lines: number; readonly what: string }): JSX.Element {
  return (
    <div class="skeleton" role="status">
      <span class="off-screen">Loading {what}</span>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} class={`skeleton-line skeleton-${at % 4}`} />
      ))}
    </div>
  )
}
