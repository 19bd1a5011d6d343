import { cleanEndGraceMs } from '../limits.ts'
import { type Destination, sendReport } from '../report/send-report.ts'
import { judgeDeath } from '../tab/judge-death.ts'
import { lockOf, type PageRecord, reportOf, toldMarkOf } from '../tab/page-record.ts'

/** The part of a service worker's global that is used. */
export interface ServiceWorkerScope {
  addEventListener(name: 'message', listener: (event: { readonly data: unknown; waitUntil(work: Promise<unknown>): void }) => void): void
}

/** Pages beyond are told of by other pages, or later. */
const maxWitnessed = 100

/**
 * Tells of pages that die while no other page is there to see it, if this worker outlives them: a browser may have put it into the same
 * process, or have stopped it. Pages that use `watchTab` with `serviceWorker: true` speak to it.
 */
export function witness(scope: ServiceWorkerScope, destination: Destination): void {
  const pages = new Map<string, PageRecord>()
  scope.addEventListener('message', (event) => {
    const word = wordOf(event.data)
    if (word === undefined) return
    if ('ended' in word) {
      pages.delete(word.ended)
      return
    }
    const isNew = !pages.has(word.page)
    if (isNew && pages.size >= maxWitnessed) return
    pages.set(word.page, word)
    if (isNew) event.waitUntil(watch(word.page).catch(() => undefined))
  })

  const watch = async (page: string) => {
    await navigator.locks.request(lockOf(page), { mode: 'shared' }, () => undefined)
    await new Promise((resolve) => setTimeout(resolve, cleanEndGraceMs))
    await navigator.locks.request('crashkeep:claim', () => settle(page))
  }

  const settle = async (page: string) => {
    const record = pages.get(page)
    pages.delete(page)
    // Of a hidden page only another load in its tab can tell more; that one has the same record in its storage.
    if (!record || judgeDeath(record, { sameTab: false, wasDiscarded: false, isMobile: false }) !== 'crash') return
    const mark = toldMarkOf(page)
    if (await caches.has(mark)) return
    const now = Date.now()
    if (await sendReport(destination, reportOf({ ...record, diedAt: now }, now, 'service-worker'))) await caches.open(mark)
  }
}

/** From a page of the same origin, but not necessarily from this library. */
function wordOf(data: unknown): PageRecord | { readonly ended: string } | undefined {
  const word: unknown = data instanceof Object && 'crashkeep' in data ? data.crashkeep : undefined
  if (!(word instanceof Object)) return undefined
  if ('ended' in word && typeof word.ended === 'string') return { ended: word.ended }
  return isRecord(word) ? word : undefined
}

function isRecord(word: object): word is PageRecord {
  const { page, context, at, url } = { page: 0, context: 0, at: 0, url: 0, ...word }
  return typeof page === 'string' && typeof context === 'object' && typeof at === 'number' && typeof url === 'string'
}
