import type { ReportDetail } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { attachmentAddress } from '../../api/addresses.ts'
import { CodeBlock } from '../../parts/code-block.tsx'
import { commandsFor } from './debugger-lines.ts'

export function DebuggerCommands({ report, os }: { readonly report: ReportDetail; readonly os: string | undefined }): JSX.Element {
  const dump = report.attachments.find((file) => file.name === 'upload_file_minidump') ?? report.attachments[0]
  if (dump === undefined) return <p class="dim">This report has no dump.</p>
  const commands = commandsFor({ id: report.id, dumpAddress: new URL(attachmentAddress(report.id, dump.name), location.href).href, os })
  return (
    <div class="commands">
      {commands.map(({ title, lines }) => (
        <CodeBlock key={title} title={title} code={lines} />
      ))}
    </div>
  )
}
