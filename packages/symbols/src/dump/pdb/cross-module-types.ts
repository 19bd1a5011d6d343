import type { PdbModule } from './dbi.ts'
import { maxModuleBytes } from './limits.ts'
import { u32 } from './little-endian.ts'
import { type ModuleLines, subsectionsOf } from './module-lines.ts'
import type { MsfFile } from './msf.ts'
import type { StringTable } from './string-table.ts'

const exportsKind = 0xf8
const crossModule = 0x8000_0000
/** Modules whose exports are kept; code generation at link time exports from a few. */
const maxExporters = 64

/**
 * Types and ids that a module takes from another, as Microsoft's code generation at link time writes them: the index has its highest bit set, then
 * the number of the other module in a table of this one, and a place there. The other module tells which global index its own number stands for.
 */
export class CrossModuleTypes {
  readonly #msf: MsfFile
  readonly #modules: readonly PdbModule[]
  readonly #strings: StringTable
  #byName: Map<string, PdbModule> | undefined
  readonly #exports = new Map<PdbModule, Map<number, number>>()

  constructor(msf: MsfFile, modules: readonly PdbModule[], strings: StringTable) {
    this.#msf = msf
    this.#modules = modules
    this.#strings = strings
  }

  /** The global index; 0 where it cannot be found. */
  resolve(lines: ModuleLines, index: number): number {
    if (index < crossModule) return index
    const wanted = lines.imported((index >>> 20) & 0x7ff, index & 0xf_ffff)
    if (wanted === undefined) return 0
    this.#byName ??= new Map(this.#modules.map((module) => [module.name.toLowerCase(), module]))
    const module = this.#byName.get(this.#strings.get(wanted.moduleName).toLowerCase())
    return module === undefined ? 0 : (this.#exportsOf(module).get(wanted.local) ?? 0)
  }

  #exportsOf(module: PdbModule): Map<number, number> {
    const known = this.#exports.get(module)
    if (known !== undefined) return known
    const exported = new Map<number, number>()
    const stream = module.stream === undefined ? undefined : this.#msf.stream(module.stream)
    if (stream !== undefined && module.c13Bytes <= maxModuleBytes && this.#exports.size < maxExporters) {
      const bytes = stream.read(module.symbolBytes + module.c11Bytes, module.c13Bytes)
      subsectionsOf(bytes, 0, bytes.length, (kind, at, end) => {
        if (kind !== exportsKind) return
        for (let pair = at; pair + 8 <= end; pair += 8) exported.set(u32(bytes, pair), u32(bytes, pair + 4))
      })
    }
    this.#exports.set(module, exported)
    return exported
  }
}
