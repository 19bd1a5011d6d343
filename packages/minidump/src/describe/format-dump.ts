import type { Minidump } from '../minidump.ts'

/** Every stream as text for a person. */
export declare function formatDump(dump: Minidump): string
