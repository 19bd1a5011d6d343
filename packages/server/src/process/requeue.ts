import type { Store } from '../store/store.ts'

/** The jobs exist, but sleep, while the states are written: else a quick processor would finish a report before it is marked as waiting. */
const holdMs = 60_000

/** Has reports processed again. Their last result stays readable meanwhile. */
export async function requeue({ index, jobs }: Pick<Store, 'index' | 'jobs'>, reportIds: readonly string[]): Promise<void> {
  if (reportIds.length === 0) return
  await jobs.add(reportIds, { delayMs: holdMs })
  await index.setStates(reportIds, 'received')
  await jobs.add(reportIds)
}
