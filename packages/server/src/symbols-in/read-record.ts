import { type ModuleRecord, readModuleRecord, SymbolError } from '@crashkeep/symbols'
import { fileSource } from '@crashkeep/symbols/node'
import { ApiProblem } from '../api/api-error.ts'

/** The MODULE line of a symbol file; throws `bad_symbols` with what is wrong with it. */
export function readRecord(path: string): ModuleRecord {
  const source = fileSource(path)
  try {
    return readModuleRecord(source)
  } catch (error) {
    if (error instanceof SymbolError) throw new ApiProblem('bad_symbols', error.message, { cause: error })
    throw error
  } finally {
    source.close()
  }
}
