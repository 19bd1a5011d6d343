// Every number here bounds what a hostile dump or symbol file can make the walker do.

/**
 * Frames of one thread. An 8 MB stack (the default of Linux) that overflowed in a small function has up to 170 000 frames of which a
 * reader looks at both ends; the longest stack among 900 real threads has 1 300, so ten times that is never a loss.
 */
export const maxFramesPerThread: number = 1 << 14

/**
 * Frames of all threads together: 26 for each of 10 000 threads. Of five real dumps with 93 to 164 threads, the one with most has 29 for each. About
 * 350 bytes each while they are walked, and as much again as JSON: so many take 490 MB of a process.
 */
export const maxFramesPerDump: number = 1 << 18

/** Lists of names of registers that frames share. A processor's ways of unwinding have some ten; each register of one makes a list. */
export const maxKeptRegisterLists: number = 1024

/** Words that a stack scan looks at after a frame that was itself a guess. Breakpad and rust-minidump agree on this number. */
export const scanWords: number = 40

/** Words after a frame from the context or from call frame information: the frame is certain, so code without symbols may lie between. */
export const scanWordsAfterCertainFrame: number = 160

/** Tokens in all rules that apply at one address. Real ones have under 100: 17 registers of five tokens. */
export const maxCfiTokens: number = 4096

/** Lines of rules that are kept taken apart, and the longest of them: together a few megabytes. Real lines have under 100 characters. */
export const maxKnownRuleLines: number = 4096
export const maxKnownRuleLength: number = 256

/** Characters of one STACK WIN program. Real ones have under 300. */
export const maxWinProgramLength: number = 16_384

/** Depth of an expression's value stack. Real expressions need 4. */
export const maxExpressionDepth: number = 64

/** Places whose function is kept, because many threads wait in the same few and recursion comes by the same again and again. */
export const maxCachedPlaces: number = 16_384

/** Parsed rules that are kept, for the same reason, and the tokens of the largest of them: real ones have under 100. Together they take 20 MB at most. */
export const maxCachedCfiRules: number = 4096
export const maxCachedCfiTokens: number = 256

/** Stack memory held while a thread is walked, in chunks; a hostile dump can call a whole Memory64 region a stack. */
export const stackChunkBytes: number = 1 << 16
export const maxStackChunks: number = 256

/** Time for walking all threads of a dump. The largest real one takes under three seconds with cold symbol files. */
export const defaultTimeBudgetMs: number = 60_000

/** Largest gap between a return address and a frame pointer found by scanning. 99.5 % of frames are smaller (Breakpad's histogram). */
export const maxFrameGapBytes: number = 128 * 1024

/** Names in the exported sentence are cut here: a C++ name can have 80 000 characters. */
export const maxSentenceNameLength: number = 160

/** Soft errors of the writer are a small JSON list. */
export const maxSoftErrorBytes: number = 1 << 20
export const maxSoftErrorDepth: number = 32

/** Unloaded modules that one frame lists. A library that comes and goes leaves a handful at one address. */
export const maxUnloadedPerFrame: number = 16

/**
 * Characters of names in one result. Names are shared in memory but repeated in JSON, and a function name of 80 000 characters (they
 * exist) in 16 000 frames of a recursion is more than a string can hold. Beyond it names are cut to the shorter length.
 */
export const maxNameText: number = 64 * 1024 * 1024
export const maxNameLengthWhenMany: number = 256

/** Characters of the record that a frame was found by. Real ones have about 100; with many rules the first tell where the frame is. */
export const maxTrustDetailLength: number = 240
export const maxCachedTrustDetails: number = 4096

/** Arguments that a function's name may list when they are recovered. C++ names with more are not functions that somebody wrote. */
export const maxArgumentsPerFrame: number = 64
