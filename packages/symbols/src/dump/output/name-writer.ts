import { mangledShape, shapeMangled, shapeOdd, shapePlain } from '../../demangle/mangled-shape.ts'
import type { DumpDemangler } from '../input.ts'
import { endBeforeCopySuffix } from './copy-suffix.ts'
import { functionName } from './function-name.ts'
import type { NameTable } from './name-table.ts'
import type { TextSink } from './text-sink.ts'

/** Writes names of functions as people wrote them: from bytes to bytes where nothing else is to be done than to demangle, which is nearly always. */
export class NameWriter {
  readonly #demangler: DumpDemangler['ofBytes']
  readonly #isDemangling: boolean
  readonly #written: (name: string) => string

  constructor(demangle: DumpDemangler | undefined) {
    this.#demangler = demangle?.ofBytes
    this.#isDemangling = demangle !== undefined
    this.#written = functionName(demangle)
  }

  write(names: NameTable, id: number, out: TextSink): void {
    const start = names.startOf(id)
    const end = names.endOf(id)
    if (start === end) out.text('<name omitted>')
    else if (!this.#writeBytes(names.buffer, start, end, out)) out.name(this.#written(names.get(id)))
  }

  /** No: nothing was written, the name needs more. */
  #writeBytes(bytes: Uint8Array, start: number, end: number, out: TextSink): boolean {
    let shape = mangledShape(bytes, start, end)
    if (shape === shapeOdd) {
      end = endBeforeCopySuffix(bytes, start, end)
      shape = mangledShape(bytes, start, end)
    }
    if (shape === shapePlain || (shape === shapeMangled && !this.#isDemangling)) return out.plainName(bytes, start, end)
    const demangler = this.#demangler
    if (shape !== shapeMangled || demangler === undefined || !demangler.read(bytes, start, end)) return false
    return out.plainName(demangler.bytes, demangler.start, demangler.end)
  }
}
