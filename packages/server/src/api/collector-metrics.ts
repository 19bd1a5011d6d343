import { Gauge, type Registry } from 'prom-client'
import type { IntakeStats } from '../intake/intake.ts'
import type { DiskState } from '../spool/free-space.ts'
import type { SpoolStats } from '../spool/spool.ts'

/** What intake and spool count themselves, read when Prometheus asks. Labels are names of dialects and our own codes, never a sender's words. */
export function collectorMetrics(
  registry: Registry,
  intake: { stats(): IntakeStats },
  spool: { stats(): SpoolStats; disk(): Promise<DiskState> },
): void {
  const registers = [registry]
  new Gauge({
    name: 'crashkeep_accepted',
    help: 'Reports acknowledged since the start, by dialect',
    labelNames: ['dialect'],
    registers,
    collect() {
      for (const [dialect, count] of intake.stats().accepted) this.set({ dialect }, count)
    },
  })
  new Gauge({
    name: 'crashkeep_refused',
    help: 'Uploads refused or dropped since the start, by reason',
    labelNames: ['reason'],
    registers,
    collect() {
      for (const [reason, count] of intake.stats().refused) this.set({ reason }, count)
    },
  })
  gauge('crashkeep_intake_buffered_bytes', 'Memory that uploads under way hold', () => intake.stats().bufferedBytes)
  gauge('crashkeep_spool_pending', 'Reports acknowledged and not settled', () => spool.stats().pending)
  gauge('crashkeep_spool_stuck', 'Reports set aside because they cannot be settled', () => spool.stats().stuck)
  gauge('crashkeep_spool_segments', 'Segment files of the spool', () => spool.stats().segments)
  gauge('crashkeep_spool_damaged_segments', 'Segments found damaged at the start', () => spool.stats().damagedSegments)
  gauge('crashkeep_spool_syncs', 'Syncs of segments since the start', () => spool.stats().syncs)
  gauge('crashkeep_spool_settle_failures', 'Failed attempts to settle since the start', () => spool.stats().settleFailures)
  gauge('crashkeep_spool_oldest_seconds', 'Age of the oldest report that waits to be settled', () => {
    const at = spool.stats().oldestPendingAt
    return at === undefined ? 0 : Math.max(0, (Date.now() - at) / 1000)
  })

  diskGauge('crashkeep_spool_free_bytes', 'Free space of the disk below the spool', ({ freeBytes }) => freeBytes)
  diskGauge('crashkeep_spool_low_bytes', 'Free space below which it is called low', ({ lowBytes }) => lowBytes)
  diskGauge('crashkeep_spool_reserve_bytes', 'Free space below which nothing is accepted', ({ reserveBytes }) => reserveBytes)
  diskGauge('crashkeep_spool_disk_low', '1 while the free space is low, 2 while it is too little to accept', ({ level }) =>
    ['enough', 'low', 'full'].indexOf(level),
  )

  function diskGauge(name: string, help: string, read: (state: DiskState) => number): void {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const state = await spool.disk().catch(() => undefined)
        if (state === undefined) this.reset()
        else this.set(read(state))
      },
    })
  }

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
}
