/** Offsets in a file are kept as 32 bits. The largest files seen are near 2 GiB. */
export const maxFileBytes = 0xffff_ffff

/** The longest names seen in the wild are 155 KB (C++ templates); a longer line is skipped as bad. */
export const maxLineBytes: number = 256 * 1024

/** How much of a file is in memory at once while it is indexed. Must hold a line of `maxLineBytes`. */
export const scanChunkBytes: number = 1024 * 1024

/** From here on the WebAssembly that passes over lines saves more than the 2 ms that it takes to be made. */
export const minBytesByBlocks: number = 8 * 1024 * 1024

/** Over all tables; what comes after is skipped as bad. A libxul.so has 0.6 million. 12 to 16 bytes each, so the index stays within 128 MiB. */
export const maxIndexRecords: number = 8 * 1024 * 1024

/** Lines and inlines of one function that are looked at: some 20 ms of reading. The largest in a corpus of 80 files has 65 KB. */
export const maxFunctionBodyBytes: number = 4 * 1024 * 1024

/** Of one `STACK CFI INIT` record with its deltas. The largest in that corpus has 60 KB (libgallium_dri.so). */
export const maxCfiRecordBytes: number = 256 * 1024

/** Compilers stop inlining long before; each level becomes a frame in a report. */
export const maxInlineDepth = 256

/** Different names that one address may have (identical code folding); more are not compared. */
export const maxPublicAliases = 32

/** Characters of names and rules remembered per module and kind of answer; an answer counts `answerWeight` more. */
export const maxRememberedChars: number = 4 * 1024 * 1024

/** What the objects of an answer weigh, in characters, roughly. */
export const answerWeight = 200

/** `MODULE` and `INFO` lines come first; this much is read to find them. */
export const maxHeadBytes: number = 64 * 1024

/** Of one value of the head: names and ids become paths, rows and texts on pages. */
export const maxHeadValueChars = 1024
