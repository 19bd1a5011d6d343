/** Different starting points of entries; compilers make one or two for each object file, linkers join equal ones. */
export const maxCommonEntries = 1_000_000

/** Saved states inside each other. Compilers use one. */
export const maxStates = 64

/** Registers with rules: those that have names, and some that are skipped. */
export const maxRegister = 128

/** Rows of one entry; a switch over thousands of cases has some thousand. */
export const maxRows = 200_000

/** Rows of all entries, beside one for each byte of the section: linkage tables make many of few bytes. */
export const minAllRows = 1_000_000

/** One entry. Those of generated code have some 100 KB. */
export const maxEntryBytes: number = 16 * 1024 * 1024

/** Bytes of an expression; real ones have some twenty. */
export const maxExpressionBytes = 256

/** Characters of a rule that is made of an expression; readers take longer lines, but nothing needs them. */
export const maxExpressionChars = 2000
