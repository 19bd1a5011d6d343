/** Chromium has some 40,000. */
export const maxUnits = 4_000_000

/** One table; those of a browser's largest units have 100 KB. */
export const maxAbbreviationBytes: number = 1024 * 1024

/** Tables of units are used one after the other; only dwz shares them. */
export const maxCachedAbbreviations = 16

/** A name, or a part of a path. The longest names seen have 155 KB. */
export const maxStringBytes: number = 256 * 1024

/** Entries inside entries. Deeply nested scopes of generated code reach some hundred. */
export const maxDepth = 4096

/** Functions inside functions that have code of their own. */
export const maxNestedFunctions = 64

/** From a concrete entry over its origin and specification to a name; three are usual. */
export const maxOriginSteps = 16

/** Names that one unit's entries have from other units, kept. */
export const maxForeignNames = 2_000_000

/** Units of which such names were read; they hold the bytes of their section. */
export const maxForeignUnits = 1000

/** Address ranges of one entry. A browser's unit with all functions in sections of their own has 100,000. */
export const maxRanges = 1_000_000

/** Rows of one unit, 24 bytes each. */
export const maxUnitRows = 30_000_000

/** Of a unit whose first entry only is wanted. */
export const firstEntryBytes: number = 64 * 1024
