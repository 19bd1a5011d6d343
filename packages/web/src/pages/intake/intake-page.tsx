import type { Rejection } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useProject, useSession } from '../../api/session.ts'
import { type Resource, useResource } from '../../api/use-resource.ts'
import { FailureNotice } from '../../parts/notice.tsx'
import { usePageTitle } from '../../parts/page-title.ts'
import { Section } from '../../parts/section.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { pathTo } from '../../router/route.ts'
import { NotFoundPage } from '../not-found-page.tsx'
import { RejectionList } from './rejection-list.tsx'

interface Rejections {
  readonly items: readonly Rejection[]
}

/** Somebody looks here while a program does not get through. */
const pollMs = 5000

export function IntakePage({ project }: { readonly project: string }): JSX.Element {
  const known = useProject(project)
  const { me } = useSession()
  const seesServer = me.projects === null && me.scopes.includes('administer')
  const ours = useResource<Rejections>(known === undefined ? undefined : `/rejections?project=${encodeURIComponent(project)}`, () => pollMs)
  const nobodys = useResource<Rejections>(seesServer ? '/rejections' : undefined, () => pollMs)
  usePageTitle('Intake', known?.name)
  if (known === undefined) return <NotFoundPage what={`project “${project}”`} />
  return (
    <>
      <h1>Intake</h1>
      <p class="lead">
        What was sent and not kept, and why. <a href={pathTo({ page: 'settings', project })}>What {known.name} keeps</a> is set by its
        rules, quota and privacy settings.
      </p>
      <Section id="refused" title="Refused or dropped" note="since the project was made">
        <Shown list={ours} what="what was refused" empty="Nothing was refused" more="Every upload with a key of this project was kept." />
      </Section>
      {seesServer ? (
        <Section id="unknown" title="Sent to no project" note="unknown keys and addresses without a key, of the whole server">
          <Shown
            list={nobodys}
            what="what belongs to no project"
            empty="Nothing came astray"
            more="Every key that was used belongs to a project."
          />
        </Section>
      ) : null}
    </>
  )
}

function Shown(props: {
  readonly list: Resource<Rejections>
  readonly what: string
  readonly empty: string
  readonly more: string
}): JSX.Element {
  const { list, what, empty, more } = props
  return (
    <>
      {list.failure === undefined ? null : (
        <FailureNotice failure={list.failure} what={`The list of ${what}`} retry={list.reload} kept={list.data !== undefined} />
      )}
      {list.data === undefined ? (
        list.failure === undefined ? (
          <Skeleton lines={4} what={what} />
        ) : null
      ) : list.data.items.length === 0 ? (
        <section class="blank blank-small">
          <h3>{empty}</h3>
          <p class="dim">{more}</p>
        </section>
      ) : (
        <RejectionList items={list.data.items} />
      )}
    </>
  )
}
