import type { PageRecord } from './page-record.ts'

export interface Witness {
  /** The page is loaded into the tab that the dead one was in. */
  readonly sameTab: boolean
  /** `document.wasDiscarded` of that page; undefined where browsers do not tell. */
  readonly wasDiscarded: boolean | undefined
  readonly isMobile: boolean
}

/** `wait`: only a page that comes back into the same tab can tell. */
export type Verdict = 'crash' | 'discarded' | 'evicted' | 'wait'

/**
 * What became of a page whose process is gone and which did not say goodbye. Systems take pages away without a word, but only such as
 * nobody looks at: phones any hidden one, Chromium on a desktop a discarded one, and it says so when the tab is looked at again. Firefox and
 * Safari on a desktop run `pagehide` before they unload a tab.
 */
export function judgeDeath(record: PageRecord, { sameTab, wasDiscarded, isMobile }: Witness): Verdict {
  if (record.state === 'cached' || record.state === 'frozen' || (sameTab && wasDiscarded)) return 'discarded'
  if (record.visible) return 'crash'
  if (isMobile) return 'evicted'
  return wasDiscarded === undefined || sameTab ? 'crash' : 'wait'
}
