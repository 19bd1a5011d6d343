/** Files and folders that one run looks at. A build tree of Chromium has 600,000. */
export const maxEntries = 5_000_000

/** Folders within folders; deeper ones are made by links that lead back. */
export const maxDepth = 64

/** Modules that one request asks about: their names and ids stay below 200 KB. */
export const maxModulesPerRequest = 500

/** Symbol files on their way at once; more gain nothing on one connection. */
export const maxUploads = 4

/** A larger file is sent in pieces of this size, as much as the server takes at once: a connection that breaks costs one of them. */
export const pieceBytes: number = 8 * 1024 * 1024

/** Pieces of one file on their way at once. */
export const maxPiecesAtOnce = 2

/** How often a file is sent again when the connection breaks or the server is busy. */
export const maxAttempts = 4

/** Threads that dump; each may need the memory of one large debug file. */
export const maxDumpers = 8

/** Modules without symbols that are named at the end; `symbols list --missing` names all. */
export const maxNamed = 10

/** Problems of one file that are told. */
export const maxShownProblems = 5

/** A compressed section of a debug file; those of browsers have 600 MB. */
export const maxSectionBytes: number = 2 ** 32
