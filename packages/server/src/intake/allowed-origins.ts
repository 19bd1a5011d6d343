import type { LedgerProject } from '../store/database/ledger.ts'

/** Whether a page of this origin may report to the project; a sender that names none, such as a crash handler, is no page. */
export function mayReport({ settings }: LedgerProject, origin: string | undefined): boolean {
  if (settings.allowedOrigins.length === 0 || origin === undefined) return true
  return settings.allowedOrigins.some((allowed) => allowed.toLowerCase() === origin.toLowerCase())
}

/** The origin of the page that a report is about; undefined where its address is none. */
export function originOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  return new URL(url).origin
}
