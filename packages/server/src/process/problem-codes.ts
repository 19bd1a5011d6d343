/** A child died or went wrong: another attempt may do better. */
export const deathCodes = ['processor_memory', 'processor_time', 'processor_crash', 'processor_stopped'] as const
export type DeathCode = (typeof deathCodes)[number]

/** The report itself is at fault: doing it again would end the same way. Beside these, the codes of `@crashkeep/minidump` and `stackwalk`. */
export const unreadableCodes = ['not_json', 'not_a_report', 'result_too_large', 'no_dump'] as const
export type UnreadableReportCode = (typeof unreadableCodes)[number]
