import type { DumpDemangler } from '../input.ts'
import type { NameTable } from './name-table.ts'
import { NameWriter } from './name-writer.ts'
import { TextSink } from './text-sink.ts'

/** What the first lines of a symbol file say. */
export interface DumpedModule {
  readonly os: string
  readonly cpu: string
  /** 32 hexadecimal digits and the age, in upper case. */
  readonly debugId: string
  readonly debugFile: string
  /** In upper case, as other dumpers print it. */
  readonly codeId?: string
  /** Of a PE: the name of the program or library. */
  readonly codeFile?: string
}

/**
 * Writes Breakpad's text, record by record, in the order of the calls: `module`, files and inline origins, functions and publics by address,
 * then STACK records. Keeps nothing but a chunk of text. Addresses are relative to the module.
 */
export class SymbolWriter {
  readonly #out: TextSink
  readonly #names: NameWriter

  constructor(write: (chunk: Uint8Array) => void, demangle?: DumpDemangler, lendsChunks: boolean = false) {
    this.#out = new TextSink(write, lendsChunks)
    this.#names = new NameWriter(demangle)
  }

  module(module: DumpedModule): void {
    const out = this.#out
    out.text(`MODULE ${module.os} ${module.cpu} ${module.debugId} `)
    out.name(module.debugFile)
    out.newline()
    if (module.codeId === undefined) return
    out.text(`INFO CODE_ID ${module.codeId}`)
    if (module.codeFile !== undefined) {
      out.space()
      out.name(module.codeFile)
    }
    out.newline()
  }

  file(id: number, files: NameTable): void {
    const out = this.#out
    out.text('FILE ')
    out.decimal(id)
    out.space()
    if (!out.plainName(files.buffer, files.startOf(id), files.endOf(id))) out.name(files.get(id))
    out.newline()
  }

  inlineOrigin(id: number, origins: NameTable): void {
    const out = this.#out
    out.text('INLINE_ORIGIN ')
    out.decimal(id)
    out.space()
    this.#names.write(origins, id, out)
    out.newline()
  }

  /** `name` is a number of `names`. */
  func(address: number, size: number, parameterSize: number, names: NameTable, name: number, multiple = false): void {
    const out = this.#out
    out.text(multiple ? 'FUNC m ' : 'FUNC ')
    out.hex(address)
    out.space()
    out.hex(size)
    out.space()
    out.hex(parameterSize)
    out.space()
    this.#names.write(names, name, out)
    out.newline()
  }

  /** Begins an INLINE record; each range follows with `inlineRange`, then `endLine`. */
  inline(depth: number, callLine: number, callFile: number, origin: number): void {
    const out = this.#out
    out.text('INLINE ')
    out.decimal(depth)
    out.space()
    out.decimal(callLine)
    out.space()
    out.decimal(callFile)
    out.space()
    out.decimal(origin)
  }

  inlineRange(address: number, size: number): void {
    const out = this.#out
    out.space()
    out.hex(address)
    out.space()
    out.hex(size)
  }

  endLine(): void {
    this.#out.newline()
  }

  line(address: number, size: number, line: number, file: number): void {
    const out = this.#out
    out.hex(address)
    out.space()
    out.hex(size)
    out.space()
    out.decimal(line)
    out.space()
    out.decimal(file)
    out.newline()
  }

  public(address: number, parameterSize: number, names: NameTable, name: number, multiple = false): void {
    const out = this.#out
    out.text(multiple ? 'PUBLIC m ' : 'PUBLIC ')
    out.hex(address)
    out.space()
    out.hex(parameterSize)
    out.space()
    this.#names.write(names, name, out)
    out.newline()
  }

  /** Begins a STACK CFI INIT record; each rule follows with `rule`, then `endLine`. */
  beginCfiInit(address: number, size: number): void {
    const out = this.#out
    out.text('STACK CFI INIT ')
    out.hex(address)
    out.space()
    out.hex(size)
  }

  /** The same for STACK CFI. */
  beginCfi(address: number): void {
    this.#out.text('STACK CFI ')
    this.#out.hex(address)
  }

  /** One rule, with a space before it. */
  rule(text: Uint8Array): void {
    this.#out.bytes(text)
  }

  cfiInit(address: number, size: number, rules: string): void {
    this.beginCfiInit(address, size)
    this.#rulesAsText(rules)
  }

  cfi(address: number, rules: string): void {
    this.beginCfi(address)
    this.#rulesAsText(rules)
  }

  #rulesAsText(rules: string): void {
    this.#out.space()
    this.#out.text(rules)
    this.#out.newline()
  }

  /** `sizes`: rva, code, prologue, epilogue, parameters, saved registers, locals, most stack. The program of type 4, or whether a base pointer is allocated. */
  win(type: 0 | 4, sizes: readonly number[], program: string | boolean): void {
    const out = this.#out
    out.text(`STACK WIN ${type} `)
    for (const size of sizes) {
      out.hex(size)
      out.space()
    }
    if (typeof program === 'string') {
      out.text('1 ')
      out.name(program)
    } else {
      out.text(program ? '0 1' : '0 0')
    }
    out.newline()
  }

  /** Records that were written elsewhere; the bytes are the sink's from now on. */
  whole(records: Uint8Array): void {
    this.#out.whole(records)
  }

  flush(): void {
    this.#out.flush()
  }
}
