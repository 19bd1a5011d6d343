/** A longer name stays as it is. The longest symbol names seen in programs have 155 KB, and no reader wants such a one. */
export const maxMangledChars: number = 64 * 1024

/** A C++ name (Itanium) that becomes longer stays as it is: the bound of Mozilla's dump_syms, whose files ours are compared with. */
export const maxCppBytes = 4096

/** Of all other names. */
export const maxDemangledBytes: number = 64 * 1024

/**
 * Pages of 64 KiB that the demangler may use. It bounds time as well: a name of 200 characters can stand for gigabytes by naming its own parts
 * again and again, and writing 8 MiB takes about 60 ms.
 */
export const maxMemoryPages = 128

/** Names on which the demangler may trap (each takes up to 0.2 s); from then on all stay as they are: a file that has more was made to. */
export const maxTraps = 20

/** Of names that became too long, together; from then on all stay as they are. Writing this much takes some seconds. */
export const maxDiscardedBytes: number = 128 * 1024 * 1024
