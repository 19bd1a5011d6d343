export { needsDecoder } from './analysis/crash-instruction.ts'
export type { AccessType, BranchTarget, DecodedInstruction, InstructionDecoder, MemoryOperand } from './analysis/decoder.ts'
export type { CrashInconsistency } from './analysis/inconsistencies.ts'
export { describeCrash } from './describe-crash.ts'
export { StackwalkError, type StackwalkErrorCode } from './errors.ts'
export { parseExtraJson, type SenderFacts } from './extra-json.ts'
export { formatHuman, type HumanOptions } from './format/human.ts'
export { formatJson, type JsonOptions } from './format/json.ts'
export { formatMachine } from './format/machine.ts'
export type { ModuleSymbolState } from './module-symbols-cache.ts'
export { type ProcessOptions, processMinidump } from './process-minidump.ts'
export type {
  CrashingThread,
  LsbRelease,
  ProcessedAccess,
  ProcessedAdjustedAddress,
  ProcessedBitFlip,
  ProcessedCrash,
  ProcessedCrashInfo,
  ProcessedFrame,
  ProcessedInline,
  ProcessedModule,
  ProcessedProblem,
  ProcessedSystemInfo,
  ProcessedThread,
  ProcessedUnloadedModule,
  ProcessLimit,
} from './processed-crash.ts'
