/**
 * What users say: about an event that came before, or about none (or one that nobody knows, or that came too long ago), which makes it a report of
 * its own. Items are `user_report`, with the event's id, and `feedback`, an event itself that may name another.
 */
import type { LedgerProject } from '../../store/database/ledger.ts'
import { openReport } from '../attach.ts'
import type { ReadUpload } from '../form-upload.ts'
import { at, fieldText, objectOf, textOf } from '../json-value.ts'
import { scriptErrorFile } from '../script-error.ts'
import { keepUpload, type Served } from '../service.ts'
import { dashedUuid, uuidAliases, uuidOfReport } from '../uuid-of-report.ts'
import { readSentryEvent } from './event.ts'

const said = ['name', 'email', 'contact_email', 'comments', 'message'] as const
const maxSaid = 8192
/** Of the words that stand for a stack. */
const maxTitle = 200

/** The event that it is about. */
export function eventOfFeedback(feedback: readonly unknown[]): string | undefined {
  for (const item of feedback) {
    const about = dashedUuid(textOf(at(item, 'contexts', 'feedback', 'associated_event_id')) ?? eventOfUserReport(item))
    if (about !== undefined) return about
  }
  return undefined
}

/** The id of a `feedback` item is its own. */
function eventOfUserReport(item: unknown): string | undefined {
  return at(item, 'contexts', 'feedback') === undefined ? textOf(at(item, 'event_id')) : undefined
}

export function fieldsOfFeedback([first]: readonly unknown[]): [string, string][] {
  const words = objectOf(at(first, 'contexts', 'feedback')) ?? objectOf(first)
  return said.flatMap((name): [string, string][] => {
    const text = fieldText(words?.get(name))
    return text === undefined ? [] : [[`feedback.${name}`, text.slice(0, maxSaid)]]
  })
}

/** Whether files may be added to the report. */
export async function isOpen({ context }: Served, project: LedgerProject, report: string | undefined): Promise<boolean> {
  if (report === undefined) return false
  return openReport(context, project, report).then(
    () => true,
    () => false,
  )
}

/** The id to answer. */
export async function keepFeedback(
  served: Served,
  project: LedgerProject,
  read: ReadUpload,
  {
    eventId,
    feedback,
    about,
  }: { readonly eventId: string | undefined; readonly feedback: readonly unknown[]; readonly about: string | undefined },
): Promise<string> {
  const fields = new Map([...readSentryEvent(feedback[0]).fields, ...fieldsOfFeedback(feedback)])
  // The event's own id stays the event's, which may come later.
  const own = eventId === about && eventOfFeedback(feedback) !== undefined ? undefined : eventId
  if (own !== about && about !== undefined) fields.set('feedback.event_id', about)
  const text = fields.get('feedback.message') ?? fields.get('feedback.comments') ?? ''
  const title = text.split('\n', 1)[0]?.slice(0, maxTitle) ?? ''
  const file = scriptErrorFile({
    type: null,
    message: `Feedback: ${title}`,
    handled: null,
    frames: [],
    stackText: null,
    url: textOf(at(feedback[0], 'contexts', 'feedback', 'url')) ?? null,
    userAgent: served.request.raw.headers['user-agent'] ?? null,
    causes: [],
    breadcrumbs: [],
  })
  const id = own ?? uuidOfReport(read.id)
  await keepUpload(served, project, read, {
    kind: 'feedback',
    fields,
    files: [file, ...read.upload.files],
    aliases: uuidAliases(id),
    ...(own === undefined ? {} : { clientReportId: own }),
  })
  return id
}
