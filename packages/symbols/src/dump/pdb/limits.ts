/** What MSF allows: page sizes are powers of two, 512 in the oldest files, 32 KiB with `/PDBPAGESIZE:32768`; some room above. */
export const minPageBytes = 512
export const maxPageBytes: number = 64 * 1024

/** The directory has 4 bytes per page: this is enough for 256 GiB of 4 KiB pages, and a linker stops far earlier. */
export const maxDirectoryBytes: number = 256 * 1024 * 1024

/** Of the list of directory pages, which itself lies in pages. */
export const maxDirectoryMapBytes: number = 1024 * 1024

/** Stream numbers are 16 bit nearly everywhere; newer linkers go beyond for modules only. Chrome's largest has some 60 000. */
export const maxStreams: number = 1024 * 1024

/** How much of a stream is in memory at once (per window) where the whole is not needed. */
export const windowBytes: number = 256 * 1024

/** A CodeView record has a 16 bit length, so with its length field it fits into this; each window ends with this much of the next. */
export const maxRecordBytes: number = 64 * 1024 + 4

/** Windows of the type streams that are kept: 64 MiB, less than the type stream of a browser. */
export const maxTypeWindows = 256

/** Symbols and lines of one module are in memory together. With link-time code generation everything may be one module: 300 MB have been seen. */
export const maxModuleBytes: number = 1024 * 1024 * 1024

/** Compilands; Chrome has 60 000. */
export const maxModules: number = 1024 * 1024

/** `IMAGE_SECTION_HEADER`s; segment numbers are 16 bit. */
export const maxSections = 65_535

/** Source file names and unwind programs; the largest seen have 20 MB. */
export const maxStringTableBytes: number = 512 * 1024 * 1024

/** OMAP, FPO and FrameData streams are read whole: 8 to 32 bytes per entry. */
export const maxTableBytes: number = 1024 * 1024 * 1024

/** Types within types while a name is written: a pointer to a pointer, an argument that is a function. Real code stays below 20. */
export const maxTypeDepth = 64

/** Of one function name with its arguments, as the reader of symbol files takes lines up to 256 KiB. */
export const maxNameChars: number = 64 * 1024

/** Arguments of one function that are printed. */
export const maxArguments = 1024

/** Characters of type names that are remembered between functions; more than this makes collecting garbage slower than writing them again. */
export const maxRememberedTypeChars: number = 4 * 1024 * 1024

/** Characters of class names whose sizes are kept, for arrays of classes in arguments. */
export const maxRememberedRecordChars: number = 32 * 1024 * 1024

/** Levels of inlined calls in one function; deeper ones are left out. */
export const maxInlineDepth = 256

/** Scopes within scopes in one module. */
export const maxScopeDepth = 4096

/** Bytes of decorated names that are handed to the demangler. */
export const maxDecoratedChars: number = 16 * 1024

/** Lines that are looked at over all functions: libxul has 11 million, each once. Some ten seconds. */
export const maxLineVisits = 400_000_000

/** Names of one place that are asked for a function's arguments: identical code folding gives hundreds, which tell nothing more. */
export const maxPublicAliases = 32

/** Windows of the type streams that are read. Functions of a module use types near each other, so a browser needs some ten thousand; at worst half a minute. */
export const maxWindowLoads = 1_000_000

/** Types that are looked up while names are written. A browser needs some ten million; at worst a minute. */
export const maxTypeReads = 200_000_000
