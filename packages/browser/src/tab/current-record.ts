import type { CrashContext } from '../context/crash-context.ts'
import { installedEntries } from '../install/installed-entries.ts'
import type { PageRecord } from './page-record.ts'
import { tabSession } from './tab-session.ts'

/** This page as it is now. */
export function currentRecord(context: CrashContext, state: PageRecord['state'] = 'live'): PageRecord {
  const { session, page } = tabSession()
  const crashReport: unknown = Reflect.get(window, 'crashReport')
  return {
    page,
    state,
    visible: document.visibilityState === 'visible',
    url: location.href.replace(/#.*/s, ''),
    userAgent: navigator.userAgent,
    context: Object.fromEntries([...installedEntries(crashReport), ...context.entries(), ['sid', session], ['page', page]]),
    at: Date.now(),
  }
}
