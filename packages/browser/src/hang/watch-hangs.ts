import type { CrashContext } from '../context/crash-context.ts'
import { hangAfterMs } from '../limits.ts'
import type { Destination } from '../report/send-report.ts'
import { currentRecord } from '../tab/current-record.ts'
import { reportOf, toldMarkOf } from '../tab/page-record.ts'
import { hangWorker, type PageWord } from './hang-worker.ts'

export interface HangOptions extends Destination {
  /** How long the page must not answer. */
  readonly afterMs?: number | undefined
  /** A worker that runs `@crashkeep/browser/hang-worker`, where the page's policy allows none from a `blob:` address. */
  readonly worker?: Worker | undefined
}

const dialogs = ['alert', 'confirm', 'prompt', 'print'] as const

/**
 * A worker tells, with `unresponsive` as reason, that the page has not answered for some seconds while somebody looks at it. What
 * `beforeSend` makes of the report is asked beforehand, since a stuck page cannot be asked. Returns how to stop.
 */
export function watchHangs(
  context: CrashContext,
  { endpoint, beforeSend, afterMs = hangAfterMs, worker = newWorker() }: HangOptions,
): () => void {
  if (!worker || window.top !== window) return () => undefined
  const stopped = new AbortController()
  const { signal } = stopped
  let isLeft = false
  const say = (word: PageWord) => worker.postMessage(word)
  const describe = (): PageWord => {
    const record = currentRecord(context)
    const made = reportOf(record, record.at, 'worker', 'unresponsive')
    const report = beforeSend ? beforeSend(made) : made
    return { ...(report ? { report, endpoint } : {}), mark: toldMarkOf(record.page), isPaused: isLeft || !record.visible }
  }
  const tell = () => say(describe())
  const unsubscribe = context.subscribe(tell)
  const onLeave = (leaves: boolean) => () => {
    isLeft = leaves
    tell()
  }
  document.addEventListener('visibilitychange', tell, { signal })
  for (const name of ['pagehide', 'freeze']) addEventListener(name, onLeave(true), { signal, capture: true })
  for (const name of ['pageshow', 'resume']) addEventListener(name, onLeave(false), { signal, capture: true })
  worker.addEventListener('message', () => say({}), { signal })
  const restore = dialogs.map((name) => pauseDuring(name, say))
  say({ ...describe(), afterMs })
  return () => {
    unsubscribe()
    stopped.abort()
    for (const step of restore) step()
    worker.terminate()
  }
}

function newWorker(): Worker | undefined {
  try {
    const address = URL.createObjectURL(new Blob([`(${hangWorker})()`], { type: 'text/javascript' }))
    const worker = new Worker(address)
    URL.revokeObjectURL(address)
    return worker
  } catch {
    // The page's policy forbids it.
    return undefined
  }
}

/** A dialog stops the page as a hang does, and is none. */
function pauseDuring(name: (typeof dialogs)[number], say: (word: PageWord) => void): () => void {
  const original = window[name]
  Reflect.set(window, name, (...given: unknown[]) => {
    say({ isPaused: true })
    try {
      return Reflect.apply(original, window, given)
    } finally {
      say({ isPaused: false })
    }
  })
  return () => Reflect.set(window, name, original)
}
