/** What a browser's report says about the death it tells of, as far as several reports of one death are recognised by it. */
import { createHash } from 'node:crypto'
import { route } from '@crashkeep/signature'
import type { Submission } from '../dialect/submission.ts'
import type { BrowserDeath } from './database/report-index.ts'
import { storable } from './database/text.ts'

/** A browser's report is a few kilobytes, 64 KiB of context at most; a larger one is not worth parsing here. */
const maxReportBytes = 1024 * 1024

/**
 * undefined without `sid` in the context: `@crashkeep/browser` puts it there, and any page may. It names the tab through reloads, and windows
 * opened from it; `page` names one document of it, and `detected_by` is in reports that another page made afterwards.
 */
export function browserDeathOf({ kind, files, crashedAt, receivedAt, sender }: Submission): BrowserDeath | undefined {
  const file = files.find(({ name }) => name === 'report') ?? files[0]
  if (kind !== 'browser' || file === undefined || file.content.kind !== 'bytes' || file.size > maxReportBytes) return undefined
  const report = member(parse(file.content.bytes), 'report')
  const body = member(report, 'body')
  const context = member(body, 'crash_report_api')
  const session = storable(text(context, 'sid'))
  if (session === undefined) return undefined
  const page = storable(text(context, 'page'))
  const agent = text(report, 'user_agent') ?? sender.userAgent ?? ''
  return {
    session,
    ...(page === undefined ? {} : { page }),
    agent: createHash('sha256').update(agent).digest('hex').slice(0, 32),
    what: storable(`${text(body, 'reason') ?? 'crash'} ${route(text(report, 'url') ?? '')}`) ?? '',
    at: crashedAt ?? receivedAt,
    toldLater: text(context, 'detected_by') !== undefined,
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined
}

function text(value: unknown, name: string): string | undefined {
  const found = member(value, name)
  return typeof found === 'string' && found !== '' ? found : undefined
}
