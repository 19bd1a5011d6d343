/**
 * Where reports live after the spool. The rest of the server meets the store only through these interfaces; `openStore` makes one of
 * SQLite or PostgreSQL and of a folder (or, later, S3). Every promise resolves after the change is durable.
 */
import type { GroupState } from '../api/schema.ts'
import type { SpoolReport } from '../spool/spool-report.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { Jobs } from './database/jobs.ts'
import type { Ledger } from './database/ledger.ts'
import type { ReportIndex } from './database/report-index.ts'
import type { DebugOriginals } from './debug-originals.ts'
import type { SourceMapStore } from './source-map-store.ts'
import type { SymbolFetches } from './symbol-fetches.ts'
import type { SymbolStore } from './symbol-store.ts'

export interface Store {
  readonly ledger: Ledger
  readonly index: ReportIndex
  readonly jobs: Jobs
  readonly blobs: Blobs
  readonly symbols: SymbolStore
  readonly sourceMaps: SourceMapStore
  /** Debug files for debuggers. */
  readonly originals: DebugOriginals
  /** Symbols from other servers. */
  readonly fetches: SymbolFetches
  /**
   * Makes blobs, rows and the first job of a spooled report. Idempotent: called again after a crash it finishes what is missing. Calls may
   * overlap, and then share the database's syncs.
   */
  settle(report: SpoolReport): Promise<void>
  /** Removes a report and its copies for ever: tombstones first, then rows, then blobs. For a report that is not settled yet the tombstone is enough. */
  erase(reportId: string): Promise<void>
  /** In the ledger and in the index; false for an unknown group. */
  setGroupState(groupId: string, state: GroupState): Promise<boolean>
  close(): Promise<void>
}
