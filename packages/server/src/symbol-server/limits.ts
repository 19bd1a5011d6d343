/** What debuggers and profilers may ask for at once. */
export const symbolServerLimits = {
  /** The Firefox profiler asks for all libraries of a profile at once: some hundred names and some ten thousand addresses. */
  maxBodyBytes: 8 * 1024 * 1024,
  /** As the server that this protocol comes from. */
  maxJobs: 10,
  maxModules: 1_000,
  maxStacks: 10_000,
  /** Of all jobs together; ten thousand frames are answered in about a second. */
  maxFrames: 200_000,
  /** Questions that wait for a child; more are told to come again. */
  maxWaiting: 20,
  /** Longest name of a module, and of a file in an address. */
  maxNameLength: 255,
  /** Of an id; those of ELF have 40 digits. */
  maxIdLength: 80,
  /** Symbol files that are packed while they are sent; more are sent as they are, since each keeps a thread of four busy. */
  maxPacking: 2,
  /** Of an ELF file that somebody asks a section of; programs and libraries have some fifty. */
  maxSections: 65_535,
  maxSectionNameBytes: 4 * 1024 * 1024,
  /** Projects whose symbols are tried for one question. */
  maxProjects: 100,
} as const
