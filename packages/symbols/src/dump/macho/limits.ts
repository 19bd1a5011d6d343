/** Programs have some 30 load commands, and those of large applications 300. */
export const maxLoadCommands = 10_000

/** All load commands together; those of large applications take 40 KB. */
export const maxLoadCommandBytes: number = 4 * 1024 * 1024

/** Of one file. A section's number in the symbol table is a byte, so linkers stop at 255; the rest is for segments that no symbol leads into. */
export const maxSections = 4096

/** Parts of a fat file. More than ten processors were never built for; Java classes, which begin with the same four bytes, have 45 and more here. */
export const maxFatParts = 44

/** Entries of one symbol table, with those for debuggers. A debug build of Chromium has 20 million. */
export const maxSymbols = 64_000_000

/** Bytes of the symbol table read at once. */
export const symbolWindowBytes: number = 1024 * 1024

/** One symbol name; the longest names seen in the wild have 155 KB. */
export const maxSymbolNameBytes: number = 200 * 1024

/** The names of all symbols: what a string table of a debug build of Chromium takes is 3 GB, of which windows are held. */
export const stringWindowBytes: number = 4 * 1024 * 1024

/** The trie of exported names; Apple's largest framework has 3 MB. */
export const maxExportsTrieBytes: number = 64 * 1024 * 1024

/** Nodes of the trie that are visited: one name may be reached over several, and a loop has no end. */
export const maxTrieNodes = 4_000_000

/** Distances between functions, a byte or two each. */
export const maxFunctionStartBytes: number = 64 * 1024 * 1024

/** `__unwind_info`; that of Chromium has 4 MB. */
export const maxUnwindInfoBytes: number = 128 * 1024 * 1024

/** Entries of compact unwind information, of which each can become a record. */
export const maxUnwindEntries = 16_000_000
