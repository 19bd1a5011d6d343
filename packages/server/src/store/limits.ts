/** Bounds of the store, each with its reason. Sizes of uploads are the intake's business. */

/** A query of a page or of the API may take this long; a scan over a few million rows stays below, a mistake does not hold a thread for ever. */
export const queryTimeLimitMs = 10_000
/** Queries that wait for a free thread; more callers than this are told that the database is busy instead of growing a queue in memory. */
export const maxWaitingQueries = 1_000
/** Another process (`--role`, a backup) may hold SQLite's write lock for so long before a write fails. */
export const sqliteBusyTimeoutMs = 10_000
/** Prepared statements per thread; lists of different length make different texts. */
export const maxCachedStatements = 200

/** Text in indexed columns. PostgreSQL refuses index rows over 2704 bytes, and 256 characters of UTF-8 are at most 1024. */
export const maxIndexedText = 256
/** A signature is a line for people; Socorro ends them at 255. */
export const maxSignatureText = 1_000
/** Modules of one report that are counted. Real stacks pass through less than a hundred. */
export const maxReportModules = 200
/** Aliases of one report: a dialect makes one, each copy of the report adds one. */
export const maxAliases = 100
/** Problems kept in a report's row. */
export const maxRowProblems = 50

/** A page of a list. */
export const maxPageSize = 500
/** Reports that a prefix of an id may match. */
export const maxPrefixMatches = 50
/** Values of one facet. */
export const maxFacetValues = 20
/** Versions of the daily chart that have a name; all others are counted together. */
export const maxDailyVersions = 20
/** Releases in the list of sessions; the busiest. */
export const maxSessionReleases = 50
/** Days that the daily chart may ask for. */
export const maxDays = 400
/** Days of a group's histogram. */
export const groupDays = 30
/** Reports that one symbol file may send to processing again; the newest ones come first, older ones keep what they have. */
export const maxReportsLacking = 100_000

/** A crash time this far after the arrival is a wrong clock, and the arrival is used. */
export const maxClockAheadMs = 24 * 3600_000
/** A crash time this far before the arrival is a wrong clock as well; Crashpad's clients keep dumps for at most a year. */
export const maxCrashAgeMs = 400 * 24 * 3600_000

/** Samples kept per project and hour, and per project and reason altogether: enough to see a pattern, too few to be a way to fill a disk. */
export const maxSamplesPerHour = 20
export const maxSamplesPerReason = 50
/** Samples of unknown keys and keyless paths, for the whole server. */
export const maxRingSamples = 200
/** Characters of one refusal's sample. */
export const maxSampleText = 8_000
/** Different reasons counted while an earlier write of counters still runs; reasons are our own codes, so this is never met. */
export const maxWaitingCounters = 10_000

/** Attempts to process one report; the waits between them grow, so the last comes after about an hour. */
export const maxJobAttempts = 5
/** Wait after the first failed attempt; each further one waits five times as long. */
export const firstRetryDelayMs = 15_000

/** How long the keys of projects may be remembered; a key revoked by another process works so much longer. */
export const keyCacheMs = 5_000
/** How often `last used` of a token is written. */
export const lastUsedResolutionMs = 60_000

/** Files that may be added to one report after it came: a log, a screenshot or two; a public key must not be a way to fill a disk. */
export const maxAddedFiles = 32
/** How long an addition waits for its report to be settled: that may have been set aside until somebody mended the store. */
export const additionPatienceMs = 7 * 24 * 3600_000

/** Two documents of one session that end within this time ended with one process: Chromium told of them 5 ms apart at most. */
export const sameDeathMs = 1_000
/** The same page of the same session that dies again within this time is in a loop of crashes and reloads. */
export const repeatedDeathMs = 30 * 60_000
/** Deaths of one session that a new one is compared with, the newest first. */
export const maxDeathsCompared = 200
/** Documents kept of one report: a process holds a few pages; of a loop the first ones say what all the others would. */
export const maxMergedDocuments = 20

/** Characters of a file name or an id in a symbol file's MODULE record. */
export const maxModuleText = 256
/** Files kept aside for one module that are listed; each is the whole symbol file of a build that was not reproducible. */
export const maxConflictsShown = 20
