import type { ByteSource } from './byte-source.ts'

/** The report id inside a Crashpad dump, lower-case UUID; looks at the directory and one stream only. */
export declare function readCrashpadReportId(source: ByteSource): string | undefined
