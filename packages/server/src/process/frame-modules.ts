import type { ProcessedCrash } from '@crashkeep/stackwalk'
import { processLimits } from './limits.ts'
import type { Summary } from './messages.ts'

/** Modules without an identity (a debug id of zeros) never get symbols; nobody can act on them. */
const noIdentity = /^0*$/

/** The modules that frames of any thread lie in, each once, those of the crashing thread first. */
export function modulesWithFrames(crash: ProcessedCrash): Summary['modules'] {
  const byBase = new Map(crash.modules.map((module) => [BigInt(module.base_addr), module]))
  const found = new Map<string, Summary['modules'][number]>()
  const crashing = crash.threads[crash.crash_info.crashing_thread ?? -1]
  for (const thread of crashing === undefined ? crash.threads : [crashing, ...crash.threads]) {
    for (const frame of thread.frames) {
      if (found.size >= processLimits.maxModulesKept) return [...found.values()]
      if (frame.module_offset === null) continue
      const module = byBase.get(BigInt(frame.offset) - BigInt(frame.module_offset))
      if (module === undefined || !module.debug_file || !module.debug_id || noIdentity.test(module.debug_id)) continue
      const key = `${module.debug_file}/${module.debug_id}`
      if (found.has(key)) continue
      found.set(key, {
        debugFile: module.debug_file,
        debugId: module.debug_id,
        codeFile: module.filename,
        ...(module.code_id ? { codeId: module.code_id } : {}),
        hadSymbols: module.loaded_symbols,
      })
    }
  }
  return [...found.values()]
}
