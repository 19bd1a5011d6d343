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
  /** Projects whose symbols are tried for one question. */
  maxProjects: 100,
} as const
