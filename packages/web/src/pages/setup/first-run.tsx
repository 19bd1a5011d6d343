import type { Project } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { DropZone, UploadButton } from '../../parts/dump-upload.tsx'
import { IngestLines } from './ingest-lines.tsx'
import { TestCrash } from './test-crash.tsx'

export function FirstRun({ project }: { readonly project: Project }): JSX.Element {
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
