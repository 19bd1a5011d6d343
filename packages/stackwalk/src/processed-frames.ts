import { leafName, type Minidump } from '@crashkeep/minidump'
import { formatAddress, type PointerBytes } from './address.ts'
import type { FunctionArguments } from './function-arguments.ts'
import { RegisterKeeper } from './kept-registers.ts'
import { maxCachedPlaces, maxNameLengthWhenMany, maxNameText } from './limits.ts'
import type { ProcessedFrame, ProcessedInline } from './processed-crash.ts'
import { frameDetail } from './text-detail.ts'
import type { TrustDetails } from './trust-detail.ts'
import { UnloadedModuleMap } from './unloaded-module-map.ts'
import type { InlineFrame, WalkedFrame } from './walk/frame.ts'

/** Turns frames of the walk into frames of the result, and counts the text in them. */
export class ProcessedFrames {
  readonly #width: PointerBytes
  readonly #moduleNames: string[]
  readonly #unloaded: UnloadedModuleMap
  readonly #trust: TrustDetails
  readonly #registers = new RegisterKeeper()
  readonly #texts = new Map<bigint | number, string>()
  #nameText = 0

  constructor(dump: Minidump, width: PointerBytes, trust: TrustDetails) {
    this.#width = width
    this.#trust = trust
    this.#moduleNames = dump.modules.map((module) => leafName(module.name))
    this.#unloaded = new UnloadedModuleMap(dump.unloadedModules)
  }

  /** Whether names were shortened because the result would not fit into a string. */
  get namesWereCut(): boolean {
    return this.#nameText > maxNameText
  }

  /** `callee` is the frame before it on the same stack. */
  frame(frame: WalkedFrame, index: number, callee: WalkedFrame | undefined, given?: FunctionArguments): ProcessedFrame {
    const place = frame.symbols
    const found = place?.function
    const moduleOffset = place?.moduleOffset ?? 0
    const lineDelta = found?.lineOffset === undefined ? undefined : moduleOffset - found.lineOffset
    const innermostLineDelta = found?.innermostLineOffset === undefined ? undefined : moduleOffset - found.innermostLineOffset
    return {
      file: this.#name(found?.file),
      frame: index,
      function: this.#name(found?.name),
      function_offset: found === undefined ? null : this.#hex(moduleOffset - found.startOffset),
      inlines: found === undefined || found.inlines.length === 0 ? null : found.inlines.map((call) => this.#inline(call)),
      line: found?.line ?? null,
      missing_symbols: found === undefined,
      module: this.#name(place && this.#moduleNames[place.moduleIndex]),
      module_offset: place === undefined ? null : this.#hex(moduleOffset),
      offset: this.#hex(frame.instruction),
      trust: frame.trust,
      trust_detail: this.#trust.of(frame, callee),
      unloaded_modules: place === undefined ? this.#unloadedModules(frame.instruction) : null,
      [frameDetail]: {
        registers: this.#registers.keep(frame.registers),
        ...(lineDelta !== undefined && { lineDelta }),
        ...(innermostLineDelta !== undefined && { innermostLineDelta }),
        ...(given !== undefined && { arguments: given }),
      },
    }
  }

  #inline(call: InlineFrame): ProcessedInline {
    return { file: this.#name(call.file ?? undefined), function: this.#name(call.function) ?? '', line: call.line }
  }

  #name(name: string | undefined): string | null {
    if (name === undefined) return null
    this.#nameText += name.length
    return this.#nameText > maxNameText && name.length > maxNameLengthWhenMany ? `${name.slice(0, maxNameLengthWhenMany)}…` : name
  }

  /** Several libraries may have been at this address, one of them several times. */
  #unloadedModules(instruction: bigint): ProcessedFrame['unloaded_modules'] {
    const offsets = new Map<string, Set<bigint>>()
    for (const module of this.#unloaded.at(instruction)) {
      const known = offsets.get(module.name) ?? new Set()
      offsets.set(module.name, known.add(instruction - module.baseAddress))
    }
    if (offsets.size === 0) return null
    return [...offsets]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([module, found]) => ({
        module: this.#name(module) ?? '',
        offsets: [...found].sort((a, b) => (a < b ? -1 : 1)).map((offset) => this.#hex(offset)),
      }))
  }

  /** Many threads wait in the same places: one text for all of them. */
  #hex(value: bigint | number): string {
    const known = this.#texts.get(value)
    if (known !== undefined) return known
    const text = formatAddress(value, this.#width)
    if (this.#texts.size >= maxCachedPlaces) this.#texts.clear()
    this.#texts.set(value, text)
    return text
  }
}
