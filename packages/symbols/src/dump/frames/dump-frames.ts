import type { ByteSource } from '../../byte-source.ts'
import { Cursor } from '../cursor.ts'
import { codeTest } from '../dwarf/code-ranges.ts'
import { Doubles, Integers } from '../output/number-list.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import { Damage, type Problems } from '../problem.ts'
import { WindowedBytes } from '../window.ts'
import { type CommonEntry, type PointerBases, readCommonEntry, readEncoded, readPointer } from './common-entry.ts'
import { type FrameRun, FrameState, frameLinkageTable, frameRegister, frameText, frameUnknown, runInstructions } from './frame-state.ts'
import { maxCommonEntries, maxEntryBytes, maxRows, minAllRows } from './limits.ts'
import { type FrameRegisters, frameRegisters } from './register-names.ts'
import { KeptTexts, RuleTexts, ruleNone, ruleSame } from './rule-texts.ts'

export interface FramesInput {
  readonly section: ByteSource
  /** `.eh_frame` rather than `.debug_frame`. */
  readonly isEh: boolean
  /** As MODULE names it, or `x86 apple`. */
  readonly cpu: string
  readonly littleEndian: boolean
  readonly addressSize: 4 | 8
  /** Where pointers count from; `section` is the address of the section itself. */
  readonly bases: PointerBases
  /** What addresses in the output are relative to. */
  readonly baseAddress: number
  /** Pairs of start and end of what is code. */
  readonly codeRanges: readonly number[]
  /** Starts of functions that were already written; those of this section are added and not written twice. */
  readonly seen?: Set<number>
  /** Whether a function is to be written at all; its start is that of the file. */
  readonly accept?: (start: number) => boolean
  /** Told of each function that was written: its place in the output and its size. */
  readonly written?: (start: number, size: number) => void
  readonly problems: Problems
}

/** Writes `.eh_frame` or `.debug_frame` as STACK CFI, in its order. Damage costs one entry. */
export function dumpFrames(input: FramesInput, writer: SymbolWriter): void {
  const registers = frameRegisters(input.cpu)
  if (registers === undefined) return
  new FramesDump(input, registers, writer).run()
}

interface OpenedCommonEntry {
  readonly common: CommonEntry
  readonly texts: RuleTexts
  readonly initial: FrameState
}

class FramesDump {
  readonly #input: FramesInput
  readonly #registers: FrameRegisters
  readonly #writer: SymbolWriter
  readonly #bytes: WindowedBytes
  readonly #isCode: (address: number) => boolean
  readonly #common = new Map<number, OpenedCommonEntry | undefined>()
  readonly #texts = new Map<number, RuleTexts>()
  readonly #keptTexts = new KeptTexts()
  readonly #state = new FrameState()
  readonly #written = new FrameState()
  readonly #saved: FrameState[] = []
  // Rows of one description: where each begins and which rules change there.
  readonly #rowAddresses = new Doubles()
  readonly #rowEnds = new Integers()
  readonly #pieces: Uint8Array[] = []
  #allRows = 0
  // Of the description that is read: its code, where its rules end, and what address the bytes of the section have.
  #start = 0
  #end = 0
  #cut = 0
  #position = 0
  #rowTexts: RuleTexts | undefined
  readonly #cursor: Cursor
  readonly #onRow = (location: number): void => this.#nextRow(location)
  readonly #addressOf = (position: number): number => this.#position + position

  constructor(input: FramesInput, registers: FrameRegisters, writer: SymbolWriter) {
    this.#input = input
    this.#registers = registers
    this.#writer = writer
    this.#bytes = WindowedBytes.of(input.section, false)
    this.#cursor = new Cursor(new Uint8Array(0), 0, 0, input.littleEndian)
    this.#isCode = codeTest(input.codeRanges)
  }

  run(): void {
    const { section, isEh, problems } = this.#input
    const cursor = this.#cursor
    for (let offset = 0; offset + 4 <= section.size; ) {
      const wide = this.#enter(cursor, offset)
      const { end } = cursor
      const next = this.#bytes.base + end
      // Zeros end the parts of which a section was put together.
      if (end > cursor.position) {
        try {
          const idOffset = this.#bytes.base + cursor.position
          const id = wide && !isEh ? cursor.u64() : cursor.u32()
          if (!this.#isCommon(id, wide)) this.#description(cursor, this.#bytes.base, isEh ? idOffset - id : id)
        } catch (error) {
          if (!(error instanceof Damage)) throw error
          problems.add(error.code, error.message)
        }
      }
      offset = next
    }
  }

  /** Sets a cursor behind the length of an entry, with its end. Whether it is one of 64-bit DWARF. */
  #enter(cursor: Cursor, offset: number): boolean {
    const { section } = this.#input
    const bytes = this.#bytes
    cursor.position = bytes.at(offset, 64)
    cursor.bytes = bytes.bytes
    cursor.end = bytes.bytes.length
    let length = cursor.u32()
    const wide = length === 0xffff_ffff
    if (wide) length = cursor.u64()
    const headSize = wide ? 12 : 4
    if (length > maxEntryBytes || offset + headSize + length > section.size)
      throw new Damage('bad_frame', 'Frame information goes on behind its section.')
    cursor.position = bytes.at(offset, headSize + length) + headSize
    cursor.bytes = bytes.bytes
    cursor.end = cursor.position + length
    return wide
  }

  #isCommon(id: number, wide: boolean): boolean {
    if (this.#input.isEh) return id === 0
    return wide ? id >= 2 ** 53 : id === 0xffff_ffff
  }

  #commonAt(offset: number): OpenedCommonEntry | undefined {
    if (this.#common.has(offset)) return this.#common.get(offset)
    if (this.#common.size >= maxCommonEntries) this.#common.clear()
    this.#common.set(offset, undefined)
    const cursor = new Cursor(this.#bytes.bytes, 0, 0, this.#input.littleEndian)
    const wide = this.#enter(cursor, offset)
    const { end } = cursor
    const id = wide && !this.#input.isEh ? cursor.u64() : cursor.u32()
    if (!this.#isCommon(id, wide)) throw new Damage('bad_frame', 'Frame information points to a common entry that is none.')
    const common = readCommonEntry(cursor, end, this.#input.isEh, this.#input.addressSize)
    let texts = this.#texts.get(common.returnRegister)
    if (texts === undefined) {
      texts = new RuleTexts(this.#registers, common.returnRegister, this.#keptTexts)
      this.#texts.set(common.returnRegister, texts)
    }
    const initial = new FrameState()
    const instructions = new Cursor(common.instructions, 0, common.instructions.length, this.#input.littleEndian)
    runInstructions(
      instructions,
      this.#runOf(common, texts, initial, undefined, 0, () => undefined),
      () => 0,
    )
    const opened = { common, texts, initial }
    this.#common.set(offset, opened)
    return opened
  }

  #runOf(
    common: CommonEntry,
    texts: RuleTexts,
    state: FrameState,
    initial: FrameState | undefined,
    location: number,
    row: (location: number) => void,
  ): FrameRun {
    return { common, texts, names: this.#registers.names, bases: this.#input.bases, state, initial, saved: this.#saved, location, row }
  }

  #description(cursor: Cursor, base: number, commonOffset: number): void {
    const { bases, seen, accept, isEh } = this.#input
    this.#position = bases.section + base
    const opened = this.#commonAt(commonOffset)
    if (opened === undefined) return
    const { common, texts, initial } = opened
    const { pointerEncoding, addressSize } = common
    const start = readPointer(cursor, pointerEncoding, addressSize, this.#position + cursor.position, bases)
    const size = readEncoded(cursor, isEh ? pointerEncoding & 0x0f : 0, addressSize)
    if (common.hasAugmentation) cursor.skip(cursor.uleb())
    // What the linker removed begins at zero or nowhere.
    if (size <= 0 || size > 0xffff_ffff || start < this.#input.baseAddress || !this.#isCode(start)) return
    if (accept !== undefined && !accept(start)) return
    if (seen !== undefined) {
      if (seen.has(start)) return
      seen.add(start)
    }
    this.#state.copy(initial)
    this.#begin()
    this.#start = start
    this.#end = start + size
    this.#cut = this.#end
    this.#rowTexts = texts
    const run = this.#runOf(common, texts, this.#state, initial, start, this.#onRow)
    // Rules up to damage are good.
    try {
      runInstructions(cursor, run, this.#addressOf)
    } catch (error) {
      if (!(error instanceof Damage)) throw error
      this.#input.problems.add(error.code, error.message)
    }
    this.#nextRow(run.location)
    if (this.#cut === this.#end && this.#state.frameKind === frameLinkageTable) this.#linkageTable(run.location, this.#end, texts)
    this.#write(start, this.#cut - start)
  }

  /** Rules behind a frame that cannot be said are left out, and with them the code. */
  #nextRow(location: number): void {
    if (this.#cut !== this.#end || location < this.#start || location >= this.#end || this.#rowTexts === undefined) return
    if (this.#state.frameKind === frameUnknown) this.#cut = location
    else this.#row(location, this.#start, this.#rowTexts)
  }

  #begin(): void {
    this.#written.reset()
    this.#rowAddresses.length = 0
    this.#rowEnds.length = 0
    this.#pieces.length = 0
  }

  /** Notes what changed since the row before. */
  #row(location: number, start: number, texts: RuleTexts): void {
    const state = this.#state
    const written = this.#written
    const pieces = this.#pieces.length
    if (
      state.frameKind !== written.frameKind ||
      state.frameRegister !== written.frameRegister ||
      state.frameOffset !== written.frameOffset
    ) {
      const text =
        state.frameKind === frameRegister
          ? texts.frame(state.frameRegister, state.frameOffset)
          : state.frameKind === frameText
            ? texts.frameText(state.frameOffset)
            : state.linkageTable && texts.frame(state.linkageTable.register, state.linkageTable.base)
      if (text !== undefined) this.#pieces.push(text)
      written.frameKind = state.frameKind
      written.frameRegister = state.frameRegister
      written.frameOffset = state.frameOffset
    }
    const { used } = state
    for (let index = 0; index < used.length; index++) this.#rule(used[index] ?? 0, texts)
    const { used: before } = written
    for (let index = 0; index < before.length; index++) {
      const register = before[index] ?? 0
      if (state.kinds[register] === ruleNone) this.#rule(register, texts)
    }
    if (location === start && pieces === 0) this.#defaultReturn(texts)
    if (this.#pieces.length > pieces) this.#endRow(location)
  }

  #rule(register: number, texts: RuleTexts): void {
    const written = this.#written
    const kind = this.#state.kinds[register] ?? 0
    const value = this.#state.values[register] ?? 0
    if (kind === written.kinds[register] && (kind <= ruleSame || value === written.values[register])) return
    written.set(register, kind, value)
    const text = texts.rule(register, kind, value)
    if (text !== undefined) this.#pieces.push(text)
  }

  #defaultReturn(texts: RuleTexts): void {
    const register = texts.returnRegister
    if (!this.#registers.linkRegister || this.#state.kinds[register] !== ruleNone) return
    const text = texts.rule(register, ruleSame, 0)
    if (text !== undefined) this.#pieces.push(text)
  }

  #endRow(location: number): void {
    if (this.#rowAddresses.length >= maxRows || ++this.#allRows > minAllRows + this.#input.section.size) {
      throw new Damage('too_many_rows', 'Frame information has more rows than the limit.')
    }
    this.#rowAddresses.push(location)
    this.#rowEnds.push(this.#pieces.length)
  }

  /** A frame that depends on the address within each 16 bytes, spelled out. */
  #linkageTable(from: number, end: number, texts: RuleTexts): void {
    const rule = this.#state.linkageTable
    if (rule === undefined) return
    const short = texts.frame(rule.register, rule.base)
    const long = texts.frame(rule.register, rule.base + rule.word)
    if (short === undefined || long === undefined) return
    for (let slot = from - (((from % 16) + 16) % 16); slot < end; slot += 16) {
      if (slot > from && slot < end) {
        this.#pieces.push(short)
        this.#endRow(slot)
      }
      if (slot + rule.threshold < end) {
        this.#pieces.push(long)
        this.#endRow(slot + rule.threshold)
      }
    }
  }

  #write(start: number, size: number): void {
    const { baseAddress } = this.#input
    const writer = this.#writer
    if (this.#rowAddresses.length === 0 || size <= 0 || this.#rowAddresses.at(0) !== start) return
    let piece = 0
    for (let row = 0; row < this.#rowAddresses.length; row++) {
      if (row === 0) writer.beginCfiInit(start - baseAddress, size)
      else writer.beginCfi(this.#rowAddresses.at(row) - baseAddress)
      for (const end = this.#rowEnds.at(row); piece < end; piece++) writer.rule(this.#pieces[piece] ?? nothing)
      writer.endLine()
    }
    this.#input.written?.(start - baseAddress, size)
  }
}

const nothing = new Uint8Array(0)
