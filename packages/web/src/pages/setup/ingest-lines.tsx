import type { Project } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { CodeBlock } from '../../parts/code-block.tsx'
import { Copyable } from '../../parts/copy-button.tsx'
import { Notice } from '../../parts/notice.tsx'
import { pasteLines } from './paste-lines.ts'

export function usableKey(project: Project): Project['keys'][number] | undefined {
  return project.keys.find((key) => key.revokedAt === null)
}

export function IngestLines({ project }: { readonly project: Project }): JSX.Element {
  const key = usableKey(project)
  if (key === undefined) {
    return (
      <Notice tone="warning" title="This project has no key, so nothing can be sent to it">
        <p>
          Make one: <code>crashkeep project key {project.slug}</code>
        </p>
      </Notice>
    )
  }
  return (
    <>
      <p class="ingest">
        <span class="dim">Everything goes to one address</span> <Copyable text={key.ingestUrl} what="ingest address" />
      </p>
      <div class="paste">
        {pasteLines(key.ingestUrl, project.id).map(({ title, code, note }) => (
          <CodeBlock key={title} title={title} code={code} {...(note === undefined ? {} : { note })} />
        ))}
      </div>
    </>
  )
}
