import type { DumpView } from '../dump-view.ts'
import type { Location } from '../location.ts'
import { type CounterLayout, type Counters, counterFields, layoutSize, readCounters } from './counters.ts'

/** MINIDUMP_SYSTEM_MEMORY_INFO_1: what the whole machine used at the time of the dump. */
export interface SystemMemoryInfo {
  readonly revision: number
  readonly flags: number
  readonly basic: Counters
  readonly fileCache: Counters
  /** In pages. */
  readonly commit: Counters
  readonly performance: Counters
}

const stream = 'SystemMemoryInfo'

export const basicLayout: CounterLayout = [
  ...counterFields(
    4,
    'timerResolution pageSize numberOfPhysicalPages lowestPhysicalPageNumber highestPhysicalPageNumber allocationGranularity',
  ),
  ...counterFields(8, 'minimumUserModeAddress maximumUserModeAddress activeProcessorsAffinityMask'),
  ['numberOfProcessors', 4],
]

export const fileCacheLayout: CounterLayout = [
  ...counterFields(8, 'currentSize peakSize'),
  ['pageFaultCount', 4],
  ...counterFields(8, 'minimumWorkingSet maximumWorkingSet currentSizeIncludingTransitionInPages peakSizeIncludingTransitionInPages'),
  ...counterFields(4, 'transitionRePurposeCount flags'),
]

export const commitLayout: CounterLayout = counterFields(8, 'availablePages committedPages commitLimit peakCommitment')

export const performanceLayout: CounterLayout = [
  ...counterFields(8, 'idleProcessTime ioReadTransferCount ioWriteTransferCount ioOtherTransferCount'),
  ...counterFields(
    4,
    `ioReadOperationCount ioWriteOperationCount ioOtherOperationCount availablePages committedPages commitLimit peakCommitment
    pageFaultCount copyOnWriteCount transitionCount cacheTransitionCount demandZeroCount pageReadCount pageReadIoCount cacheReadCount
    cacheIoCount dirtyPagesWriteCount dirtyWriteIoCount mappedPagesWriteCount mappedWriteIoCount pagedPoolPages nonPagedPoolPages
    pagedPoolAllocs pagedPoolFrees nonPagedPoolAllocs nonPagedPoolFrees freeSystemPtes residentSystemCodePage totalSystemDriverPages
    totalSystemCodePages nonPagedPoolLookasideHits pagedPoolLookasideHits availablePagedPoolPages residentSystemCachePage
    residentPagedPoolPage residentSystemDriverPage ccFastReadNoWait ccFastReadWait ccFastReadResourceMiss ccFastReadNotPossible
    ccFastMdlReadNoWait ccFastMdlReadWait ccFastMdlReadResourceMiss ccFastMdlReadNotPossible ccMapDataNoWait ccMapDataWait
    ccMapDataNoWaitMiss ccMapDataWaitMiss ccPinMappedDataCount ccPinReadNoWait ccPinReadWait ccPinReadNoWaitMiss ccPinReadWaitMiss
    ccCopyReadNoWait ccCopyReadWait ccCopyReadNoWaitMiss ccCopyReadWaitMiss ccMdlReadNoWait ccMdlReadWait ccMdlReadNoWaitMiss
    ccMdlReadWaitMiss ccReadAheadIos ccLazyWriteIos ccLazyWritePages ccDataFlushes ccDataPages contextSwitches firstLevelTbFills
    secondLevelTbFills systemCalls`,
  ),
  ...counterFields(8, 'ccTotalDirtyPages ccDirtyPageThreshold residentAvailablePages sharedCommittedPages'),
]

/** Where the parts begin. */
const basicOffset = 4
const fileCacheOffset: number = basicOffset + layoutSize(basicLayout)
const commitOffset: number = fileCacheOffset + layoutSize(fileCacheLayout)
const performanceOffset: number = commitOffset + layoutSize(commitLayout)
export const systemMemoryInfoSize: number = performanceOffset + layoutSize(performanceLayout)

export function readSystemMemoryInfo(dump: DumpView, at: Location): SystemMemoryInfo | undefined {
  const fields = dump.record(at, performanceOffset, systemMemoryInfoSize, stream)
  if (fields === undefined) return undefined
  return {
    revision: fields.u16(0),
    flags: fields.u16(2),
    basic: readCounters(fields, basicOffset, basicLayout),
    fileCache: readCounters(fields, fileCacheOffset, fileCacheLayout),
    commit: readCounters(fields, commitOffset, commitLayout),
    performance: readCounters(fields, performanceOffset, performanceLayout),
  }
}
