import { maxRecordAgeMs, maxRecords } from '../limits.ts'
import type { BrowserReport } from '../report/crash-report.ts'

/** What a page leaves behind in storage while it lives; a clean end removes it. */
export interface PageRecord {
  readonly page: string
  /** `leaving`: about to be left. `cached`: left, and kept by the browser for the way back. `frozen`: in the background without running. */
  readonly state: 'live' | 'leaving' | 'cached' | 'frozen'
  readonly visible: boolean
  readonly url: string
  readonly userAgent: string
  readonly context: Readonly<Record<string, string>>
  /** When it last said something. */
  readonly at: number
  /** When another page saw that it was gone. */
  readonly diedAt?: number
}

const prefix = 'crashkeep:page:'
/** Held by a page as long as its process lives. */
export const lockOf = (page: string): string => `${prefix}${page}`
/** A cache of this name, empty: a worker has told of this page's end already. Storage that workers have, too. */
export const toldMarkOf = (page: string): string => `crashkeep:told:${page}`

export function pageOf(key: string | null): string | undefined {
  return key?.startsWith(prefix) ? key.slice(prefix.length) : undefined
}

export function writeRecord(record: PageRecord): void {
  try {
    localStorage.setItem(lockOf(record.page), JSON.stringify(record))
  } catch {
    // Full or forbidden: without a record nothing is told.
  }
}

export function removeRecord(page: string): void {
  try {
    localStorage.removeItem(lockOf(page))
  } catch {
    // As above.
  }
}

/** Storage belongs to the whole origin: anything may stand there. */
export function readRecord(page: string): PageRecord | undefined {
  try {
    const record = JSON.parse(localStorage.getItem(lockOf(page)) ?? '')
    return { ...record, page, url: `${record.url}`, context: { ...record.context }, at: +record.at || 0 }
  } catch {
    return undefined
  }
}

/** The pages that have a record; those of long ago and beyond a bound are dropped, the oldest first. */
export function recordedPages(now: number): readonly string[] {
  try {
    return Object.keys(localStorage)
      .flatMap((key) => readRecord(pageOf(key) ?? '') ?? [])
      .sort((a, b) => b.at - a.at)
      .filter(({ page, at }, index) => (index < maxRecords && now - at < maxRecordAgeMs) || removeRecord(page))
      .map(({ page }) => page)
  } catch {
    return []
  }
}

/** The report that its browser would have made; `detectedBy` joins the context. */
export function reportOf(record: PageRecord, now: number, detectedBy: string, reason?: string): BrowserReport {
  return {
    age: Math.max(now - (record.diedAt ?? record.at), 0),
    type: 'crash',
    url: record.url,
    user_agent: record.userAgent,
    body: {
      ...(reason === undefined ? {} : { reason }),
      is_top_level: true,
      visibility_state: record.visible ? 'visible' : 'hidden',
      crash_report_api: { ...record.context, detected_by: detectedBy },
    },
  }
}
