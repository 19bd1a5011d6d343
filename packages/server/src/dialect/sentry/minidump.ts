/** A dump in Sentry's way: fields of its own, and events and breadcrumbs of its native client beside it. */
import { ServerError } from '../../errors.ts'
import type { Outcome } from '../../intake/intake.ts'
import type { Upload } from '../../intake/multipart.ts'
import type { LedgerProject } from '../../store/database/ledger.ts'
import { isMinidump } from '../form-upload.ts'
import { bytesOfFile, jsonOfFile, maxEventBytes } from '../json-upload.ts'
import { at, listOf, objectOf } from '../json-value.ts'
import { queryFields } from '../query-fields.ts'
import { bytesFile } from '../script-error.ts'
import { keepUpload, type Served } from '../service.ts'
import type { SubmissionProblem, SubmittedFile } from '../submission.ts'
import { uuidAliases, uuidOfReport } from '../uuid-of-report.ts'
import { readSentryEvent } from './event.ts'
import { mergeSentryFields } from './merge-fields.ts'
import { readMessagePack } from './message-pack.ts'

const eventFileName = '__sentry-event'
const breadcrumbFileNames = ['__sentry-breadcrumb1', '__sentry-breadcrumb2']
/** What the key and the client are, not the report. */
const notFields = ['sentry_key', 'sentry_version', 'sentry_client', 'sentry_secret', 'UserID', 'AppID', 'AppVersion', 'AppEnvironment']

export async function keepMinidump(
  served: Served,
  project: LedgerProject,
  { id, upload }: { readonly id: string; readonly upload: Upload },
): Promise<{ readonly outcome: Outcome; readonly eventId: string }> {
  const read = await describe(served, upload).catch(async (error: unknown) => {
    await upload.discard()
    throw error
  })
  const eventId = read.eventId ?? uuidOfReport(id)
  const outcome = await keepUpload(
    served,
    project,
    { id, upload },
    {
      kind: 'minidump',
      fields: read.fields,
      files: read.files,
      problems: [...upload.problems, ...read.problems],
      aliases: uuidAliases(eventId),
      ...(read.eventId === undefined ? {} : { clientReportId: read.eventId }),
    },
  )
  return { outcome, eventId }
}

interface Described {
  readonly eventId: string | undefined
  readonly fields: Map<string, string>
  readonly files: readonly SubmittedFile[]
  readonly problems: readonly SubmissionProblem[]
}

async function describe({ request, context }: Served, upload: Upload): Promise<Described> {
  if (!upload.files.some(isMinidump)) throw new ServerError('no_dump')
  const problems: SubmissionProblem[] = []
  const form = mergeSentryFields(upload.fields)
  for (const name of form.unreadable) problems.push({ code: 'unreadable_field', message: `The field ${JSON.stringify(name)} is not JSON.` })
  const event = { ...form.event, ...(await nativeEvent(upload.files)) }
  // What a script's client sent in an envelope with the dump.
  const sent = upload.files.find(({ name, contentType }) => name === 'event' && contentType === 'application/json')
  const said = sent === undefined ? event : await jsonOfFile(upload, sent).catch(() => event)
  const { eventId, fields } = readSentryEvent(said)
  const all = queryFields(
    request.raw.url ?? '',
    new Map([...form.others, ...[...fields].filter(([name]) => !form.others.has(name))]),
    context.intake.limits,
  )
  for (const name of notFields) all.delete(name)
  const own = Object.keys(event).length > 0 && sent === undefined
  const eventFile = own ? [bytesFile(freeEventName(upload.files), Buffer.from(JSON.stringify(event)), 'application/json')] : []
  return { eventId, fields: all, files: [...upload.files, ...eventFile], problems }
}

/** The event and the breadcrumbs that the native client writes as MessagePack; the longer of its two lists is the older one. */
async function nativeEvent(files: readonly SubmittedFile[]): Promise<Record<string, unknown>> {
  const eventFile = files.find(({ name }) => name === eventFileName)
  const bytes = eventFile === undefined ? undefined : await bytesOfFile(eventFile, maxEventBytes)
  const [event] = bytes === undefined ? [] : readMessagePack(bytes)
  const lists: unknown[][] = []
  for (const name of breadcrumbFileNames) {
    const file = files.find((each) => each.name === name)
    const packed = file === undefined ? undefined : await bytesOfFile(file, maxEventBytes)
    if (packed !== undefined) lists.push(readMessagePack(packed))
  }
  const longest = Math.max(0, ...lists.map((list) => list.length))
  const breadcrumbs = lists
    .flat()
    .sort((a, b) => String(at(a, 'timestamp')).localeCompare(String(at(b, 'timestamp'))))
    .slice(-longest)
  const members = objectOf(event)
  if (members === undefined && breadcrumbs.length === 0) return {}
  const known = listOf(members?.get('breadcrumbs'))
  return { ...Object.fromEntries(members ?? []), ...(breadcrumbs.length > 0 && known.length === 0 ? { breadcrumbs } : {}) }
}

function freeEventName(files: readonly SubmittedFile[]): string {
  return files.some(({ name }) => name === 'event') ? 'sentry-event' : 'event'
}
