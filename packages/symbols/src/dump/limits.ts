/** Debug files of 4 GiB exist (browsers with all inlines); their offsets are doubles here, exact to 2^53. More than this is no debug file that anybody makes. */
export const maxDebugFileBytes: number = 64 * 2 ** 30

/** A section up to this size is kept in memory when it is read here and there; larger ones are read in windows. */
export const maxWholeSectionBytes: number = 128 * 2 ** 20

/** Of a larger section, so much is read at once, or one whole unit. */
export const windowBytes: number = 2 ** 20

/** Windows of one section that are kept. */
export const maxWindows = 4

/** After decompression, all sections of one file together: a bomb of 1:1000 ends here, libxul's 2 GiB of debug information do not. */
export const maxDecompressedBytes: number = 4 * 2 ** 30

/** One unit is read as a whole. Link-time optimisation of a browser makes some of 100 MB. */
export const maxUnitBytes: number = 1 * 2 ** 30

/** Of FUNC records; chromium has 1.5 million. */
export const maxFunctions = 16_000_000

/** Of PUBLIC records; the same. */
export const maxPublics = 16_000_000

/** Of line and inline records together. libxul.so has 11 million. */
export const maxRecords = 400_000_000

/** Bytes of all different names; libxul.so has 90 MB. */
export const maxNameBytes: number = 1 * 2 ** 30

/** The longest names seen in the wild have 155 KB; a reader of symbol files skips lines of more than 256 KiB. */
export const maxNameLength: number = 200 * 1024

/** Steps of reading that any file may take, and those for each byte of its sections. See `WorkBudget`. */
export const minWork: number = 8_000_000
export const maxWorkPerByte = 8

/** Different problems that are listed; more are counted. */
export const maxProblems = 100
