import type { CrashContext } from '../context/crash-context.ts'
import { cleanEndGraceMs, leavingMs } from '../limits.ts'
import { type Destination, sendReport } from '../report/send-report.ts'
import { currentRecord } from './current-record.ts'
import { judgeDeath } from './judge-death.ts'
import {
  lockOf,
  type PageRecord,
  pageOf,
  readRecord,
  recordedPages,
  removeRecord,
  reportOf,
  toldMarkOf,
  writeRecord,
} from './page-record.ts'
import { tabSession } from './tab-session.ts'

export interface WatchTabOptions extends Destination {
  /** The page's own service worker calls `witness` of this package. */
  readonly serviceWorker?: boolean | undefined
}

/**
 * Tells of pages of this origin that died, from this page as long as it lives. Each page holds a lock, which its browser releases when the
 * process is gone and for nothing less, so there is no timer that sleep or a busy machine could fool. A page that ends as it should removes
 * its record first. Returns how to stop.
 */
export function watchTab(context: CrashContext, options: WatchTabOptions): () => void {
  const { locks, serviceWorker } = navigator
  if (window.top !== window || !locks) return () => undefined
  const stopped = new AbortController()
  const { signal } = stopped
  const { page, formerPage } = tabSession()
  const watched = new Set<string>([page])
  let isLeft = false
  let isLeaving = false
  let unsubscribe = () => {}
  let release = () => {}
  let returning: ReturnType<typeof setTimeout> | undefined

  const toWorker = (message: unknown) => options.serviceWorker && serviceWorker?.controller?.postMessage({ crashkeep: message })
  const tell = (state: PageRecord['state'] = isLeaving ? 'leaving' : 'live') => {
    const record = currentRecord(context, state)
    writeRecord(record)
    toWorker(record)
  }
  const end = () => {
    removeRecord(page)
    toWorker({ ended: page })
  }
  const isHeld = async (other: string) =>
    (await locks.query()).held?.some(({ name, mode }) => name === lockOf(other) && mode === 'exclusive')

  /** The record appears only once the lock is held: others take a record without a lock for a death. */
  const live = () =>
    quietly(
      locks.request(lockOf(page), { signal }, () => {
        unsubscribe()
        unsubscribe = context.subscribe(() => tell())
        tell()
        return new Promise<void>((resolve) => {
          release = resolve
          signal.addEventListener('abort', () => resolve())
        })
      }),
    )

  const back = () => {
    isLeft = false
    isLeaving = false
    live()
  }

  const watch = (other: string) => {
    if (watched.has(other)) return
    watched.add(other)
    quietly(waitFor(other))
  }

  /** Shared: all who watch get the lock at once, and one that sleeps keeps nobody waiting. */
  const waitFor = async (other: string) => {
    const lock = lockOf(other)
    const free = await locks.request(lock, { mode: 'shared', ifAvailable: true }, (held) => held !== null)
    if (!free) await locks.request(lock, { mode: 'shared', signal }, () => undefined)
    await new Promise((resolve) => setTimeout(resolve, cleanEndGraceMs))
    watched.delete(other)
    if (await isHeld(other)) watch(other)
    else
      await locks.request('crashkeep:claim', { signal }, () =>
        settle(other, !free ? 'other-tab' : other === formerPage ? 'same-tab' : 'next-load'),
      )
  }

  /** By one page at a time. */
  const settle = async (other: string, detectedBy: string) => {
    const record = readRecord(other)
    if (!record) return
    const now = Date.now()
    const mark = toldMarkOf(other)
    const told = await caches.has(mark).catch(() => false)
    const wasDiscarded: unknown = Reflect.get(document, 'wasDiscarded')
    const verdict = judgeDeath(record, {
      sameTab: other === formerPage,
      wasDiscarded: typeof wasDiscarded === 'boolean' ? wasDiscarded : undefined,
      isMobile: isMobile(),
    })
    // Seen to die it died now, not when it last spoke.
    const dated = detectedBy === 'other-tab' ? { ...record, diedAt: record.diedAt ?? now } : record
    const isOpen = !told && (verdict === 'wait' || (verdict === 'crash' && !(await sendReport(options, reportOf(dated, now, detectedBy)))))
    if (!isOpen) {
      removeRecord(other)
      toWorker({ ended: other })
      await caches.delete(mark).catch(() => false)
    } else if (dated.diedAt !== record.diedAt) writeRecord(dated)
  }

  const watchAll = () => recordedPages(Date.now()).forEach(watch)
  const listen = (target: EventTarget, name: string, listener: (event: Event) => unknown) =>
    target.addEventListener(name, listener, { signal, capture: true })

  // Firefox loses what is stored while a page's process ends, and keeps no page for the way back that holds a lock; Chromium may end a process
  // before `pagehide`. This event comes earlier, but also before downloads, and a visitor may choose to stay: so it counts for a moment only.
  listen(window, 'beforeunload', () => {
    isLeaving = true
    tell()
    release()
    clearTimeout(returning)
    returning = setTimeout(back, leavingMs)
  })
  listen(window, 'pagehide', (event) => {
    clearTimeout(returning)
    unsubscribe()
    isLeft = true
    if (isPersisted(event)) tell('cached')
    else end()
    release()
  })
  listen(window, 'pageshow', (event) => {
    if (!isPersisted(event)) return
    watchAll()
    back()
  })
  listen(document, 'freeze', () => isLeft || tell('frozen'))
  listen(document, 'resume', () => isLeft || tell())
  // A page that is left becomes hidden after `pagehide`.
  listen(document, 'visibilitychange', () => isLeft || tell())
  listen(window, 'online', watchAll)
  listen(window, 'storage', (event) => {
    const other = event instanceof StorageEvent && event.newValue !== null ? pageOf(event.key) : undefined
    if (other !== undefined) watch(other)
  })
  live()
  watchAll()
  return () => {
    unsubscribe()
    clearTimeout(returning)
    stopped.abort()
    end()
  }
}

const isPersisted = (event: Event) => event instanceof PageTransitionEvent && event.persisted

/** Locks are refused, for one, to a page that is going away. */
function quietly(work: Promise<unknown>): void {
  work.catch(() => undefined)
}

/** iPads call themselves Macs. */
function isMobile(): boolean {
  const { userAgent, maxTouchPoints } = navigator
  return /Android|Mobi|iP/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)
}
