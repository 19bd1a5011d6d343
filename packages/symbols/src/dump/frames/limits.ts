/** Different starting points of entries; compilers make one or two for each object file, linkers join equal ones. */
export const maxCommonEntries = 1_000_000

/** Saved states inside each other. Compilers use one. */
export const maxStates = 64

/** Registers with rules: those that have names, and vector registers that are skipped. */
export const maxRegister = 1024

/** Rows of one entry; a switch over thousands of cases has some thousand. */
export const maxRows = 200_000

/** Rows of all entries; libxul.so has a million. */
export const maxAllRows = 100_000_000

/** One entry. Those of generated code have some 100 KB. */
export const maxEntryBytes: number = 16 * 1024 * 1024

/** Characters of a rule that is made of an expression; readers take longer lines, but nothing needs them. */
export const maxExpressionChars = 2000
