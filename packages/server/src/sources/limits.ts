/** What symbols from elsewhere may cost. The servers were named by a person, but what they answer is hostile all the same. */
export const sourceLimits = {
  /** A file as it comes. Chromium's own PDB has 1.6 GB, compressed 0.4. */
  maxDownloadBytes: 3 * 1024 ** 3,
  /** The same unpacked; as for uploads. */
  maxUnpackedBytes: 4 * 1024 ** 3,
  /** Wrappings one inside the other: a compressed file that is sent with a compressed body. */
  maxWrappings: 2,
  /** Public servers lead on once or twice, to their storage. */
  maxRedirects: 5,
  answerTimeoutMs: 20_000,
  idleTimeoutMs: 20_000,
  /** A gigabyte over a slow line takes this long. */
  totalTimeoutMs: 10 * 60_000,
  /** Modules asked for at once, altogether and for one project: a slow server of one project leaves room for the others. */
  maxAtOnce: 6,
  maxAtOncePerProject: 2,
  /** A server that failed so often one after the other is left alone for a while, so that each module need not wait for it. */
  maxFailuresInTurn: 5,
  restAfterFailuresMs: 10 * 60_000,
  /** Attempts for a module of which a server failed to answer. The waits grow: 5, 15, 45 minutes, over 2 hours. */
  maxAttempts: 5,
  firstRetryMs: 5 * 60_000,
  /** How long the answer "no such file" holds: a vendor publishes its symbols within a day of the program. */
  missLifeMs: 24 * 60 * 60_000,
  /** The same for a server that could not be reached, or may not. */
  failureLifeMs: 15 * 60_000,
  /** Found files are given back to the disk from here on, those first that no report has needed for longest. */
  maxCacheBytes: 20 * 1024 ** 3,
  /** None goes so soon after it came: until then the reports that wait for it have been processed, even behind many others. */
  sparedMs: 60 * 60_000,
  /** Answers that are kept of one project's modules at most; the oldest go first. */
  maxAnswers: 1_000_000,
  /** Modules of old reports that are asked for when a project switches its sources on, those first that hurt most. */
  maxWantedAtOnce: 2_000,
  /** Sources of one project. */
  maxSources: 20,
  /** A sentence of an answer. */
  maxDetailLength: 300,
} as const
