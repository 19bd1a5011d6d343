/** Every limit of the spool, with its reason. */
export interface SpoolLimits {
  /** What a segment holds, and the size of its file from the start; two of them lie on the disk at rest. */
  readonly segmentBytes: number
  /** One sync covers at most this much, so that the first of a burst is not answered after all of it. */
  readonly batchBytes: number
  /** A record longer than this is taken for damage when reading. Fields and small files of one report stay far below. */
  readonly recordBytes: number
  /** Below this free space nothing is accepted: the database and the log beside the spool must still be able to write. */
  readonly reserveBytes: number
  /** …but on a small disk not more than this part of it. */
  readonly reserveFraction: number
  /** Below this free space `/ready` and the metrics warn: hours at a usual flow, and as much again for blobs and databases. */
  readonly lowBytes: number
  /** …but on a small disk not more than this part of it. */
  readonly lowFraction: number
  /** How old the last look at the free space may be; an upload cannot fill a disk in less. */
  readonly freeSpaceMaxAgeMs: number
  /** A segment whose reports are all settled is removed after this silence; at a steady flow it is used again instead. */
  readonly idleSegmentMs: number
  /** Files without a record that are younger may belong to an upload of another process; older ones are what a crash left. */
  readonly orphanFileAgeMs: number
  /** How long the readable rest of a damaged segment is kept for somebody to look at. */
  readonly damagedSegmentAgeMs: number
  /** Reports settled at the same time: enough to share the store's syncs, few enough to leave its threads to uploads. */
  readonly settleConcurrency: number
  /** …unless they hold more than this together: a record is read as a whole. */
  readonly settleBytes: number
  /** Uploads that come closer together than this in the mean strain the server, and settling gives way to them until there was such a silence: */
  readonly strainedGapMs: number
  readonly strainedSilenceMs: number
  /** …one attempt at a time, this long after the one before while nothing else waits, the sooner the more reports wait, */
  readonly strainedPauseMs: number
  /** …and as always when so many do: 15 GB of Electron's dumps, which are read again after a crash. */
  readonly strainedMaxPending: number
  readonly settleRetryFirstMs: number
  readonly settleRetryMaxMs: number
  /** A report that failed so often while others succeeded is set aside. */
  readonly settleOwnFailures: number
  /** Reports set aside are tried again this often. */
  readonly stuckRetryMs: number
}

export const spoolLimits: SpoolLimits = {
  segmentBytes: 16 * 1024 * 1024,
  batchBytes: 4 * 1024 * 1024,
  recordBytes: 64 * 1024 * 1024,
  reserveBytes: 256 * 1024 * 1024,
  reserveFraction: 0.05,
  lowBytes: 2 * 1024 * 1024 * 1024,
  lowFraction: 0.15,
  freeSpaceMaxAgeMs: 1000,
  idleSegmentMs: 1000,
  orphanFileAgeMs: 60 * 60 * 1000,
  damagedSegmentAgeMs: 7 * 24 * 60 * 60 * 1000,
  settleConcurrency: 8,
  settleBytes: 8 * 1024 * 1024,
  strainedGapMs: 4,
  strainedSilenceMs: 10,
  strainedPauseMs: 50,
  strainedMaxPending: 100_000,
  settleRetryFirstMs: 250,
  settleRetryMaxMs: 30_000,
  settleOwnFailures: 5,
  stuckRetryMs: 10 * 60 * 1000,
}
