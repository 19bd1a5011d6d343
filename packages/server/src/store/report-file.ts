import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Problem } from '../api/schema.ts'
import type { Submission } from '../dialect/submission.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import type { Blobs } from './blobs/blobs.ts'

const optionalText = Type.Optional(Type.String())

/**
 * `report.json`: what arrived, written once, after the files and before the row. From it and the ledger the index can be built again.
 * The file `files[i]` is the blob `i` beside it.
 */
const ReportFileSchema = Type.Object({
  format: Type.Literal(1),
  id: Type.String(),
  projectId: Type.Integer(),
  kind: Type.String(),
  dialect: Type.String(),
  /** Unix milliseconds. */
  receivedAt: Type.Number(),
  crashedAt: Type.Optional(Type.Number()),
  aliases: Type.Array(Type.String()),
  sender: Type.Object({ userAgent: optionalText, address: optionalText }),
  fields: Type.Record(Type.String(), Type.String()),
  files: Type.Array(
    Type.Object({
      name: Type.String(),
      fileName: optionalText,
      contentType: optionalText,
      size: Type.Number(),
      sha256: Type.String(),
    }),
  ),
  problems: Type.Array(Problem),
})

export interface ReportFile extends Omit<Submission, 'fields' | 'files'> {
  readonly format: 1
  readonly id: string
  readonly projectId: number
  readonly fields: Readonly<Record<string, string>>
  readonly files: readonly Omit<Submission['files'][number], 'content'>[]
}

/** `2026/11/20/ID/`: the day comes from the id itself, so that a report is found without asking the database. */
export function reportPrefix(id: string): string {
  const day = new Date(Number.parseInt(id.slice(0, 12), 16)).toISOString().slice(0, 10)
  return `${day.replaceAll('-', '/')}/${id}/`
}

export function isReportId(text: string): boolean {
  // The first digit is 0 until the year 2527, and a date beyond the calendar's end would have no folder.
  return /^0[0-9a-f]{35}$/.test(text)
}

export function reportFileOf({ id, projectId, submission }: SpoolReport, problems: Submission['problems']): ReportFile {
  const { kind, dialect, receivedAt, crashedAt, aliases, sender, fields, files } = submission
  return {
    format: 1,
    id,
    projectId,
    kind,
    dialect,
    receivedAt,
    ...(crashedAt === undefined ? {} : { crashedAt }),
    aliases,
    sender,
    // A sender may call a field `__proto__`: fromEntries makes it a property like any other.
    fields: Object.fromEntries(fields),
    files: files.map(({ content: _, ...file }) => file),
    problems: [...submission.problems, ...problems],
  }
}

export function encodeReportFile(report: ReportFile): Uint8Array {
  return Buffer.from(JSON.stringify(report))
}

/** undefined: no such report, or a file that is not ours. */
export async function readReportFile(blobs: Blobs, id: string): Promise<ReportFile | undefined> {
  if (!isReportId(id)) return undefined
  const bytes = await blobs.read(`${reportPrefix(id)}report.json`)
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString())
    return isReportFile(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isReportFile(value: unknown): value is ReportFile {
  return Value.Check(ReportFileSchema, value)
}
