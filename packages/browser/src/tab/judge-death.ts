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
 * nobody looks at: phones any hidden one, Chromium on a desktop a discarded one, and it says so when the tab is looked at again. Firefox
 * loses what a page stores while its process ends, in one of six closed tabs (153); by then the page is hidden, and that had been stored. So
 * the end of a hidden page is a crash only where its browser says that it was no discard.
 */
export function judgeDeath(record: PageRecord, { sameTab, wasDiscarded, isMobile }: Witness): Verdict {
  if (record.state !== 'live' || (sameTab && wasDiscarded)) return 'discarded'
  if (record.visible) return 'crash'
  if (isMobile || wasDiscarded === undefined) return 'evicted'
  return sameTab ? 'crash' : 'wait'
}
