import type { CrashContext, Identity } from './context/crash-context.ts'
import { crashContext } from './context/page-context.ts'
import { watchErrors } from './errors/watch-errors.ts'
import { type HangOptions, watchHangs } from './hang/watch-hangs.ts'
import type { Destination } from './report/send-report.ts'
import { pingSession } from './session/session-pings.ts'
import { tabSession } from './tab/tab-session.ts'
import { watchTab } from './tab/watch-tab.ts'

export interface StartOptions extends Identity, Destination {
  /** Tell of dead pages where the browser does not; on unless false. */
  readonly deadTabs?: boolean
  /** Tell of a stuck page; on unless false. */
  readonly hangs?: boolean | Omit<HangOptions, keyof Destination>
  readonly errors?: boolean
  readonly sessions?: boolean
  readonly serviceWorker?: boolean
}

/** Everything at once, for the page that has no wish of its own. Returns how to stop it. */
export function start(options: StartOptions): () => void {
  const { deadTabs = true, hangs = true, errors, sessions } = options
  const context: CrashContext = crashContext
  const { session, page } = tabSession()
  context.set('sid', session)
  context.set('page', page)
  context.identify(options)
  // biome-ignore lint/nursery/noFloatingPromises: it never rejects.
  context.initialize()
  const stops = [
    deadTabs && watchTab(context, options),
    hangs && watchHangs(context, { ...options, ...(hangs === true ? {} : hangs) }),
    errors && watchErrors(context, options),
    sessions && pingSession(context, options),
  ]
  return () => {
    for (const stop of stops) if (stop) stop()
  }
}
