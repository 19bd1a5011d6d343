import type { Store } from '../store/store.ts'

/** The jobs exist, but sleep, while the states are written: else a quick processor would finish a report before it is marked as waiting. */
const holdMs = 60_000

/**
 * Has reports processed again, in the order of the list, behind new ones; `atOnce` where somebody waits for it. Their last result stays readable
 * meanwhile.
 */
export async function requeue(
  { index, jobs }: Pick<Store, 'index' | 'jobs'>,
  reportIds: readonly string[],
  { atOnce = false }: { readonly atOnce?: boolean } = {},
): Promise<void> {
  if (reportIds.length === 0) return
  await jobs.add(reportIds, { delayMs: holdMs, again: !atOnce })
  await index.setStates(reportIds, 'received')
  await jobs.add(reportIds, { again: !atOnce })
}
