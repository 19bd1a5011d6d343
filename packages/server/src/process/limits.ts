/** What one report may cost. The children that read hostile dumps are held to these from outside, by the parent. */
export const processLimits = {
  /** Resident memory of a child. The largest real dump of the corpus needs under 200 MiB with its symbols; the rest is room for large symbol files. */
  maxResidentBytes: 512 * 1024 * 1024,
  /** V8's own limit, below the resident one, so that a heap that grows ends with V8's message instead of a bare kill. */
  maxHeapMiB: 384,
  /** Wall time of one report. A full dump with a gigabyte of symbols takes under 10 s; six times that is somebody's attack. */
  maxJobMs: 60_000,
  /** The walker itself gives up earlier, with what it has: half a result says more than a killed child. */
  maxWalkMs: 30_000,
  /** Frames of one dump. With symbols each is some 500 characters of processed.json. */
  maxFrames: 128 * 1024,
  /** How long a fresh child may take until it says that it is ready; only a machine in trouble needs more than a second. */
  maxStartMs: 20_000,
  /** How often the parent looks at a busy child's memory. A process can fill about 100 MiB in this time. */
  watchIntervalMs: 50,
  /** A child is replaced after so many reports: fragmentation and leaks of one report must not reach the thousandth. */
  maxJobsPerChild: 100,
  /** What a finished child may hold between reports; above it is replaced at once. */
  maxIdleResidentBytes: 256 * 1024 * 1024,
  /** Size of processed.json. A dump with 3,000 threads of 100 frames makes 60 MB; nobody reads more. */
  maxProcessedBytes: 96 * 1024 * 1024,
  /** Size of the header line of processed.json, which the server parses by itself. */
  maxHeaderBytes: 1024 * 1024,
  /** Modules whose symbols are looked up for one report. Chromium on Windows loads about 250, the largest seen 1,100. */
  maxModulesAsked: 8192,
  /** Modules with frames that get a row of their own. */
  maxModulesKept: 1024,
  /** Annotations of the dump that the server looks at for product, version and the like. */
  maxAnnotations: 256,
  maxAnnotationLength: 1024,
  /** Problems kept with a report's row; the rest is in processed.json. */
  maxProblems: 50,
  maxProblemLength: 500,
  maxSignatureLength: 512,
  maxSentenceLength: 2000,
  /** A browser's report is at most 1 MiB on the wire; the spool adds a little around it. */
  maxBrowserReportBytes: 4 * 1024 * 1024,
  /** An error's report is what a dialect made of at most 4 MiB of JSON. */
  maxErrorReportBytes: 8 * 1024 * 1024,
  maxBrowserFrames: 200,
  /** Scripts of one stack whose source maps are looked for: a stack of Chromium has ten frames, one of an SDK fifty. */
  maxScriptsAsked: 16,
  /** A map takes about five times its size when it is read, and the child's heap has 384 MiB. */
  maxSourceMapBytes: 32 * 1024 * 1024,
  /** Modules of one debug file: a fat Mach-O holds one for each processor. */
  maxModulesPerFile: 16,
  maxNeighbours: 100,
  /** Last words on standard error that are kept of a child that died. */
  maxLastWords: 4096,
} as const

/** The same for a child that makes symbol files of debug files: libxul's 4 GB take a minute and 2 GB. */
export const convertLimits = {
  ...processLimits,
  maxResidentBytes: 4 * 1024 ** 3,
  maxHeapMiB: 2048,
  maxJobMs: 10 * 60_000,
  maxJobsPerChild: 50,
} as const
