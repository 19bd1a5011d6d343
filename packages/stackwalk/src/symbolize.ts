import { maxCachedPlaces } from './limits.ts'
import type { ModuleSymbolsCache } from './module-symbols-cache.ts'
import type { FrameFunction, FrameSymbols } from './walk/frame.ts'
import type { DumpWalk } from './walk/walk.ts'

/** Module, function, position and inlined calls at an address; `undefined` outside of every module. */
export function symbolize(instruction: bigint, { modules, symbols, places }: DumpWalk): FrameSymbols | undefined {
  const known = places.get(instruction)
  if (known !== undefined) return known
  const moduleIndex = modules.find(instruction)
  if (moduleIndex < 0) return undefined
  const moduleOffset = modules.foundOffset
  const found = functionAt(moduleIndex, moduleOffset, symbols)
  const place = { moduleIndex, moduleOffset, ...(found !== undefined && { function: found }) }
  if (places.size >= maxCachedPlaces) places.clear()
  places.set(instruction, place)
  return place
}

function functionAt(moduleIndex: number, offset: number, cache: ModuleSymbolsCache): FrameFunction | undefined {
  const symbols = cache.symbols(moduleIndex)
  const found = symbols?.lookup(offset)
  if (symbols === undefined || found === undefined) return undefined
  return {
    name: found.function,
    startOffset: found.functionOffset,
    // FUNC records are often wrong about this; the unwinder's own records must be right to work at all.
    parameterSize: symbols.winAt(offset)?.parameterSize ?? found.parameterSize,
    ...(found.file !== undefined && { file: found.file }),
    ...(found.line !== undefined && { line: found.line }),
    // Not every reader of symbols says where the line's code starts.
    ...(found.lineOffset !== undefined && { lineOffset: found.lineOffset }),
    ...(found.innermostLineOffset !== undefined && { innermostLineOffset: found.innermostLineOffset }),
    inlines: found.inlines.map((call) => ({ function: call.function, file: call.file ?? null, line: call.line ?? null })),
  }
}
