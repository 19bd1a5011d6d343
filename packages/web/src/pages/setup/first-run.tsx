import type { Project, ReportPage } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { useResource } from '../../api/use-resource.ts'
import { DropZone, UploadButton } from '../../parts/dump-upload.tsx'
import { IngestLines } from './ingest-lines.tsx'
import { TestCrash } from './test-crash.tsx'

/** Somebody waits in front of this page for the first crash of a program. */
const pollMs = 1500

export function FirstRun({ project, onArrived }: { readonly project: Project; readonly onArrived: () => void }): JSX.Element {
  const reports = useResource<ReportPage>(`/reports?project=${encodeURIComponent(project.slug)}&limit=1`, ({ items }) =>
    items.length === 0 ? pollMs : undefined,
  )
  const arrived = (reports.data?.items.length ?? 0) > 0
  // Only the arrival counts, not that the parent made a new function.
  useEffect(() => {
    if (arrived) onArrived()
  }, [arrived])
  return (
    <DropZone project={project.slug}>
      <section class="first-run">
        <h1>{project.name} has no reports yet</h1>
        <p class="lead">Send a test crash now, or paste the lines for your program. Crashes appear here a second after they arrive.</p>
        <div class="row">
          <TestCrash project={project} />
          <UploadButton project={project.slug} />
        </div>
        <IngestLines project={project} />
      </section>
    </DropZone>
  )
}
