import type { JSX } from 'preact'
import { usePageTitle } from '../parts/page-title.ts'

/** The server answers the same for what does not exist and for what this token may not see, and so does the page. */
export function NotFoundPage({ what, back }: { readonly what: string; readonly back?: { href: string; text: string } }): JSX.Element {
  usePageTitle('Not found')
  const target = back ?? { href: '/', text: 'To the groups' }
  return (
    <section class="blank">
      <p class="blank-mark" aria-hidden="true">
        404
      </p>
      <h1>There is no {what}</h1>
      <p class="dim">It may have been erased, merged into another group, or belong to a project that your token does not name.</p>
      <p>
        <a class="button" href={target.href}>
          {target.text}
        </a>
      </p>
    </section>
  )
}
