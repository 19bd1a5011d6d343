import type { ProcessedCrash } from './processed-crash.ts'
export function describeCrash(_crash: ProcessedCrash): string { return '' }
