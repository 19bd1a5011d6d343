import type { DumpView } from '../dump-view.ts'
import type { Location } from '../location.ts'
import { type CounterLayout, type Counters, counterFields, layoutSize, readCounters } from './counters.ts'

const stream = 'ProcessVmCounters'

const usage = `peakWorkingSetSize workingSetSize quotaPeakPagedPoolUsage quotaPagedPoolUsage quotaPeakNonPagedPoolUsage
  quotaNonPagedPoolUsage pagefileUsage peakPagefileUsage`

/** The first revision has two unused bytes where the flags of the second are. */
export const firstLayout: CounterLayout = [
  ['revision', 2],
  ['flags', 2],
  ['pageFaultCount', 4],
  ...counterFields(8, `${usage} privateUsage`),
]

export const secondLayout: CounterLayout = [
  ...counterFields(2, 'revision flags'),
  ['pageFaultCount', 4],
  ...counterFields(8, `${usage} peakVirtualSize virtualSize privateUsage privateWorkingSetSize sharedCommitUsage`),
  ...counterFields(8, 'jobSharedCommitUsage jobPrivateCommitUsage jobPeakPrivateCommitUsage jobPrivateCommitLimit jobTotalCommitLimit'),
]

/** MINIDUMP_PROCESS_VM_COUNTERS_1 and _2: memory of the process, in bytes. Which of the later ones were filled is in `flags`. */
export function readProcessVmCounters(dump: DumpView, at: Location): Counters | undefined {
  const fields = dump.record(at, layoutSize(firstLayout), layoutSize(secondLayout), stream)
  if (fields === undefined) return undefined
  return readCounters(fields, 0, fields.u16(0) >= 2 ? secondLayout : firstLayout)
}
