import type { JSX } from 'preact'
import { useProject } from '../../api/session.ts'
import { Copyable } from '../../parts/copy-button.tsx'
import { usePageTitle } from '../../parts/page-title.ts'
import { Section } from '../../parts/section.tsx'
import { Time } from '../../parts/time.tsx'
import { NotFoundPage } from '../not-found-page.tsx'
import { IngestLines } from './ingest-lines.tsx'
import { KeptReports } from './kept-reports.tsx'
import { TestCrash } from './test-crash.tsx'

export function SettingsPage({ project }: { readonly project: string }): JSX.Element {
  const known = useProject(project)
  usePageTitle('Set up', known?.name)
  if (known === undefined) return <NotFoundPage what={`project “${project}”`} />
  return (
    <>
      <div class="section-head">
        <h1>Set up {known.name}</h1>
        <span class="section-aside">
          <TestCrash project={known} />
        </span>
      </div>
      <IngestLines project={known} />
      <Section id="keys" title="Keys" note="public by nature: a key can add reports and nothing else">
        <div class="scroll-x">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Label</th>
                <th scope="col">Key</th>
                <th scope="col">Made</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {known.keys.map((key) => (
                <tr key={key.key}>
                  <td>{key.label}</td>
                  <td>
                    <Copyable text={key.key} what={`key ${key.label}`} />
                  </td>
                  <td>
                    <Time at={key.createdAt} />
                  </td>
                  <td>{key.revokedAt === null ? '✓ in use' : '– revoked'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
      <KeptReports project={project} />
    </>
  )
}
