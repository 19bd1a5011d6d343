import type { BrowserReport } from '../report/crash-report.ts'

/** From the page to its worker. */
export interface PageWord {
  /** What to send, and where, when nothing more comes. */
  readonly report?: BrowserReport
  readonly endpoint?: string
  /** Set up under this name, a cache tells others that this page's end is known. */
  readonly mark?: string
  readonly afterMs?: number
  /** Nobody waits for an answer: the page is hidden, frozen, or shows a dialog. */
  readonly isPaused?: boolean
}

/**
 * Runs in a dedicated worker, made of this function's own text: it may use nothing from outside it. The worker counts its own turns, not
 * the clock, so that a sleeping machine is no hang.
 */
export function hangWorker(): void {
  const turns = 5
  /** A page that hangs again and again tells no more by its fourth report. */
  const maxReports = 3
  let word: PageWord = {}
  let silentTurns = 0
  let reports = 0
  let isTold = false
  let isStarted = false
  const turn = () => {
    if (word.isPaused) return
    silentTurns++
    postMessage(0)
    const { report, endpoint, mark } = word
    if (silentTurns <= turns || isTold || reports >= maxReports || !report || !endpoint) return
    isTold = true
    reports++
    const body = JSON.stringify([{ ...report, age: word.afterMs ?? 0 }])
    fetch(endpoint, { method: 'POST', body, credentials: 'omit' }).catch(() => undefined)
    if (mark) caches.open(mark).catch(() => undefined)
  }
  addEventListener('message', ({ data }: MessageEvent<PageWord>) => {
    word = { ...word, ...data }
    silentTurns = 0
    if (isTold && word.mark) caches.delete(word.mark).catch(() => undefined)
    isTold = false
    if (!isStarted && word.afterMs) setInterval(turn, word.afterMs / turns)
    isStarted ||= word.afterMs !== undefined
  })
}
