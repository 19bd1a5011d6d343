import type { ByteSource } from '../byte-source.ts'
import { SymbolError } from '../errors.ts'
import type { ModuleSymbols } from '../module-symbols.ts'

export function openBreakpadSymbols(source: ByteSource): ModuleSymbols {
  throw new SymbolError('empty', `Nothing can read these ${source.size} bytes yet.`)
}
