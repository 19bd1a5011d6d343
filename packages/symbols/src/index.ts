export { type ModuleRecord, readModuleRecord } from './breakpad/module-record.ts'
export { openBreakpadSymbols } from './breakpad/open-breakpad-symbols.ts'
export { type ByteSource, bytesSource } from './byte-source.ts'
export { SymbolError, type SymbolErrorCode } from './errors.ts'
export type {
  CfiDelta,
  CfiRecord,
  InlinedCall,
  ModuleSymbols,
  SourcePosition,
  StackWinFpo,
  StackWinFrameData,
  StackWinRecord,
  StackWinSizes,
  SymbolLookup,
} from './module-symbols.ts'
export { leafName, symbolPath } from './symbol-path.ts'
export type { FoundSymbols, ModuleIdentity, SymbolSupplier } from './symbol-supplier.ts'
