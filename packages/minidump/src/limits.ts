// Every number here bounds what a hostile dump can make the reader do. Real dumps stay far below; what is above becomes a problem.

/** Real writers produce about twenty streams; Windows dumps up to forty. */
export const maxStreams = 1024

/** The default pid_max of Linux; with about 2.5 KB for a read context this caps threads at 80 MB. */
export const maxThreads = 32_768

/** Firefox on Android, the largest known, lists 739 modules; some split every mapping into an entry. */
export const maxModules = 16_384

/** The loader keeps 50 to 64 of them; a dump may list one module many times. */
export const maxUnloadedModules = 16_384

/** A full dump of a large process has some hundred thousand regions; at about 100 bytes each this caps them at 50 MB. */
export const maxMemoryRanges = 524_288

/** As many as there can be memory ranges: both come from the same page tables. */
export const maxMemoryInfos = 524_288

/** One path of Windows is at most 32 767 UTF-16 units. */
export const maxStringBytes = 65_536

/**
 * All strings together, each as often as records refer to it: ten thousand records could point at the same long one. A process with the most
 * modules known and ten thousand named threads has under 1 MB. With 64 MB here, a dump of 332 KB made 2 GB of memory and 15 s of printing.
 */
export const maxTotalStringBytes: number = 8 * 1024 * 1024

/** /proc/PID/maps of a process at the kernel's limit of 65 530 mappings is about 8 MB. */
export const maxTextBytes: number = 16 * 1024 * 1024

/** Crashpad caps an annotation at 20 KiB (`Annotation::kValueMaxSize`); Electron joins several. Ours allows more for other writers. */
export const maxAnnotationBytes = 262_144

/** All simple annotations, annotation objects and list annotations of one dump together. */
export const maxAnnotations = 65_536

/** A build id is 20 bytes, an md5 or sha256 at most 32; the path in RSDS is bounded like every other path. */
export const maxCodeViewBytes = 65_536

/** The auxiliary vector of Linux has about twenty entries. */
export const maxAuxvEntries = 512

/** The linker's list: about as many as modules. */
export const maxDsoEntries = 16_384

/** More problems than this tell a reader nothing new. */
export const maxProblems = 200

/** The format's own array: EXCEPTION_MAXIMUM_PARAMETERS. */
export const maxExceptionParameters = 15

/** One read of a process's memory; a walker asks for a stack, and those have at most a few megabytes. */
export const maxMemoryReadBytes: number = 64 * 1024 * 1024

/** Windows allows 16 million handles to a process; real ones have some ten thousand, and each costs about 200 bytes here. */
export const maxHandles = 262_144

/** Application Verifier keeps the last few thousand, each with 32 return addresses. */
export const maxHandleOperations = 16_384

/** What is known about objects behind handles: Windows gives at most a handful for each, and most have none. */
export const maxHandleInfos = 65_536
export const maxHandleInfoBytes = 256

/** A JIT compiler registers a table for each of its regions of code. */
export const maxFunctionTables = 16_384

/** One for the process and one for each thread that impersonates. */
export const maxTokens = 4096

/** Of contents without a documented form so many bytes are shown. */
export const maxTokenBytes = 256
export const maxOpaqueBytes = 256

/** The format's own array of places (MINIDUMP_MAC_CRASH_INFO). */
export const maxMacRecords = 20

/** Mozilla's writer cuts each of a record's five strings at 8 KiB. */
export const maxMacStringBytes = 8192
export const maxMacRecordBytes = 65_536

/** A microdump of a 16 KB stack has 60 KB in the log, and Android keeps at most 16 MB of log. */
export const maxMicrodumpBytes: number = 16 * 1024 * 1024

/** A line has 384 bytes of stack, or the registers; without limits a text of blanks would become millions of fields. */
export const maxMicrodumpLines = 262_144
export const maxMicrodumpLineLength = 65_536

/** The list of what a writer could not do has some hundred bytes. */
export const maxSoftErrorBytes: number = 1024 * 1024

/** The largest stability report has a few hundred bytes for each of Chromium's processes. */
export const maxStabilityReportBytes: number = 1024 * 1024
export const maxProtobufFields = 65_536
