// Electron's own limits first; then ours, each with its reason.

/** Electron: longer names of parameters are left out with a warning (`CrashKeyString` of 40 bytes with its end). */
export const maxKeyBytes = 39

/** Electron: 160 pieces of 127 bytes, from 9.2.1 on. The rest of a value is cut. */
export const maxValueBytes = 20_320

/** Crashpad reads at most so many annotations of a module; more in one process would be lost silently there. */
export const maxParameters = 400

/** Electron shows at most 63 bytes of the server's answer as a report's id; Crashpad keeps all of it. Real ids have up to 100 bytes, JSON answers a few hundred. */
export const maxRemoteIdBytes = 4096

/** Crashpad: what keeps a database from growing (`PruneCondition::GetDefault`): 128 MiB and a year. */
export const defaultRetentionBytes: number = 128 * 1024 * 1024
export const defaultRetentionDays = 365

/** Crashpad has no such bound. A crash loop of a small program makes a hundred thousand dumps before it fills 128 MiB of them. */
export const defaultRetentionReports = 1000

/** Crashpad: files in `new/` and locks older than this belong to nobody (`kDatabaseLockfileTtl`, three days). */
export const leftoverMs: number = 3 * 24 * 60 * 60 * 1000

/**
 * Crashpad uploads for at most a minute under a lock, and ours is renewed while the report is under way; a lock of this age has lost its owner.
 * Crashpad would delete the report with it after three days.
 */
export const staleLockMs: number = 10 * 60 * 1000
export const renewLockMs: number = 60 * 1000

/** Dumps of whole processes have gigabytes; what is read into memory and sent is bounded by what servers take. */
export const maxDumpBytes: number = 512 * 1024 * 1024

/** A database is read with one look at each report; pruned ones have at most `defaultRetentionReports`, Crashpad's own grow to some thousand. */
export const maxListedReports = 100_000

/** `settings.dat` has 40 bytes and may have more behind them; `.meta` has 32 and the server's answer. */
export const maxSettingsBytes = 4096
export const maxMetaBytes = 65_536

/** The table of Windows: 56 bytes and two names for each report. */
export const maxWindowsMetadataBytes: number = 64 * 1024 * 1024

/** Attachments: names as Crashpad allows them, a log or a picture each. */
export const maxAttachmentNameBytes = 128
export const maxAttachments = 64
export const maxAttachmentBytes: number = 64 * 1024 * 1024

/** One try of an upload: no byte in either direction for a minute (Crashpad's whole time), or not done after ten. */
export const idleTimeoutMs = 60_000
export const uploadTimeoutMs: number = 10 * 60_000

/** An answer longer than this is read no further. */
export const maxAnswerBytes = 65_536

/** A server moves once, perhaps twice: to https and to another name. */
export const maxRedirects = 3

/** The first wait after a failed try, its growth and its end; each wait is between half and one and a half of that. */
export const firstRetryMs = 30_000
export const retryGrowth = 4
export const longestRetryMs: number = 24 * 60 * 60 * 1000

/** `rateLimit`: Crashpad's one upload in an hour. */
export const rateLimitMs: number = 60 * 60 * 1000

/** How long the process that delivers waits for a server to come back before it leaves the rest to the next start of the program. */
export const lingerMs: number = 10 * 60_000

/**
 * It shows so often that it still waits. Who finds no sign of it for some of these times does not believe its mark: a process of another container
 * cannot be asked, and the mark of one that was thrown away would stay for ever.
 */
export const waitingSignMs = 60_000
export const waitingLostMs: number = 4 * waitingSignMs

/** How often a running program looks whether reports wait, as Crashpad's handler does. */
export const pendingLookMs: number = 15 * 60_000

/** The monitor of old versions: reports a day (`kMaxReportsPerDay` of Breakpad's crash service). */
export const monitorReportsPerDay = 128

/** What children inherit travels in one variable; Linux allows 128 KiB for one. */
export const maxInheritedBytes = 100_000
