import type { ByteSource } from './byte-source.ts'
import type { Minidump } from './minidump.ts'

/** Reads everything but the contents of memory. */
export declare function readMinidump(source: ByteSource): Minidump
