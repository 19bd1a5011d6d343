import { leafName, type Module, type UnloadedModule } from '@crashkeep/minidump'
import { formatAddress, type PointerBytes } from './address.ts'
import type { ModuleSymbolsCache } from './module-symbols-cache.ts'
import type { ProcessedModule, ProcessedUnloadedModule } from './processed-crash.ts'

const noDebugId = '0'.repeat(33)

/** `certificates`: who signed a module, by its file name. */
export function processedModules(
  modules: readonly Module[],
  symbols: ModuleSymbolsCache,
  width: PointerBytes,
  certificates: ReadonlyMap<string, string>,
): ProcessedModule[] {
  return modules.map((module, index) => {
    const state = symbols.state(index)
    return {
      base_addr: formatAddress(module.baseAddress, width),
      cert_subject: certificates.get(leafName(module.name)) ?? null,
      code_id: module.codeId ?? '',
      corrupt_symbols: state.state === 'corrupt',
      debug_file: leafName(module.debugFile ?? ''),
      debug_id: module.debugId ?? noDebugId,
      end_addr: formatAddress(module.baseAddress + BigInt(module.size), width),
      filename: leafName(module.name),
      loaded_symbols: state.state === 'loaded' || state.state === 'corrupt',
      missing_symbols: state.state === 'missing',
      symbol_url: symbols.url(index) ?? null,
      version: module.version ?? null,
      symbols: state,
    }
  })
}

export function processedUnloadedModules(
  modules: readonly UnloadedModule[],
  width: PointerBytes,
  certificates: ReadonlyMap<string, string>,
): ProcessedUnloadedModule[] {
  return modules.map((module) => ({
    base_addr: formatAddress(module.baseAddress, width),
    cert_subject: certificates.get(leafName(module.name)) ?? null,
    code_id: module.codeId,
    end_addr: formatAddress(module.baseAddress + BigInt(module.size), width),
    filename: module.name,
  }))
}
