import type { Minidump } from '../minidump.ts'

/** Every stream as plain JSON: bigint as hexadecimal text, maps as objects. */
export declare function describeMinidump(dump: Minidump): Record<string, unknown>
