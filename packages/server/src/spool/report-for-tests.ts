import { createHash, randomBytes } from 'node:crypto'
import type { SubmittedFile } from '../dialect/submission.ts'
import { makeReportId } from '../intake/report-id.ts'
import type { SpoolReport } from './spool-report.ts'

export interface TestReport {
  readonly id?: string
  readonly fields?: readonly (readonly [string, string])[]
  readonly bytes?: Uint8Array
  readonly files?: readonly SubmittedFile[]
  readonly aliases?: readonly string[]
}

export function testReport(options: TestReport = {}): SpoolReport {
  const bytes = options.bytes ?? Buffer.from('MDMP')
  const file: SubmittedFile = {
    name: 'upload_file_minidump',
    fileName: 'x.dmp',
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    content: { kind: 'bytes', bytes },
  }
  return {
    id: options.id ?? makeReportId(Date.now(), randomBytes),
    projectId: 1,
    submission: {
      kind: 'minidump',
      dialect: 'crashpad',
      fields: new Map(options.fields ?? [['prod', 'Electron']]),
      files: options.files ?? [file],
      receivedAt: Date.now(),
      aliases: options.aliases ?? [],
      sender: { userAgent: 'test' },
      problems: [],
    },
  }
}
