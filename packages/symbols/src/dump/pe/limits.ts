/** Section headers: the loader takes 96, linkers write up to 65535 into objects. */
export const maxSections = 65_535

/** Of the headers that are looked at: DOS stub, PE headers and the section table of an ordinary file fit many times. */
export const maxHeaderBytes: number = 4 * 1024 * 1024

/** Entries of the debug directory; linkers write up to six. */
export const maxDebugEntries = 64

/** Path of the PDB in the debug directory. */
export const maxPdbPathBytes = 4096

/** Exported names; the largest libraries have some 40 000, 16 bit ordinals allow 65 536. */
export const maxExports = 65_536

/** Of a name of an export or of MinGW's symbol table; decorated templates come near 4 KiB, where Microsoft's limit is, mangled ones go beyond. */
export const maxSymbolNameBytes: number = 16 * 1024

/** Entries of `.pdata`; chrome.dll has 600 000. */
export const maxUnwindFunctions: number = 16 * 1024 * 1024

/** Unwind information that continues another's; compilers write at most a handful of links. */
export const maxUnwindChain = 32

/** Section and symbol names of a COFF string table, which MinGW writes. */
export const maxStringTableBytes: number = 256 * 1024 * 1024

/** Epilogues of one ARM64 function. A compiler writes one per `return`; the field has 16 bits. */
export const maxEpilogues = 1024

/** Bytes of one ARM64 record's codes: the field allows no more. */
export const maxUnwindCodeBytes = 1024

/**
 * Unwind codes that are looked at over all functions, each time that one is: rules are worked out anew for each step. chrome.dll needs some thirty
 * million; entries that all point into one large record could need any number. Some ten seconds.
 */
export const maxUnwindWork = 400_000_000

/** Entries of a COFF symbol table: a MinGW build of a browser engine has 700 000. */
export const maxCoffSymbols: number = 8 * 1024 * 1024
