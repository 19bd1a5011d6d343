import { u32 } from '../pdb/little-endian.ts'
import { maxEpilogues, maxUnwindCodeBytes } from './limits.ts'
import type { PeFile } from './read-pe.ts'

/**
 * One instruction of a prologue, as it is undone. Offsets are bytes above the stack pointer before it is moved back.
 * `save`: registers from `offset` on, then the stack pointer goes up by `pop`.
 */
export type Arm64UnwindCode =
  | { readonly kind: 'allocate'; readonly size: number }
  | { readonly kind: 'save'; readonly registers: readonly string[]; readonly bytes: number; readonly offset: number; readonly pop: number }
  /** The stack pointer was kept in x29, so many bytes below it. */
  | { readonly kind: 'frame'; readonly offset: number }
  /** The processor or the system saved everything: what is above cannot be told. */
  | { readonly kind: 'special' }
  | { readonly kind: 'nothing' }
  /** While decoding only. */
  | { readonly kind: 'next-pair' }

export interface Arm64UnwindInfo {
  readonly size: number
  /** One per instruction; the prologue's last first. */
  readonly prologue: readonly Arm64UnwindCode[]
  /** How many of them, the first in the list, this part of the function has itself: the rest were run elsewhere. */
  readonly own: number
  /** Where each begins, from the function's start, and its codes in the order of its instructions. */
  readonly epilogues: readonly { readonly offset: number; readonly codes: readonly Arm64UnwindCode[] }[]
}

const instruction = 4
const end = 0xe4
const endOfPart = 0xe5

/** The second word of an entry: packed into itself, or the address of a record. Undefined where it is damaged or of an unknown kind. */
export function readArm64UnwindInfo(pe: PeFile, data: number): Arm64UnwindInfo | undefined {
  const flag = data & 3
  if (flag === 1 || flag === 2) return unpack(data, flag === 2)
  return flag === 0 ? readRecord(pe, data) : undefined
}

/** A function of the usual form: what it saves and how much room it makes, in 30 bits. */
function unpack(data: number, isPart: boolean): Arm64UnwindInfo {
  const size = ((data >>> 2) & 0x7ff) * instruction
  const floats = (data >>> 13) & 7
  const integers = (data >>> 16) & 15
  const homes = ((data >>> 20) & 1) === 1
  const link = (data >>> 21) & 3
  const frame = (data >>> 23) * 16
  const integerBytes = integers * 8 + (link === 1 ? 8 : 0)
  const floatBytes = floats === 0 ? 0 : floats * 8 + 8
  const savedBytes = (integerBytes + floatBytes + (homes ? 64 : 0) + 15) & ~15
  const localBytes = frame - savedBytes
  const codes: Arm64UnwindCode[] = []
  let offset = 0
  const save = (...registers: string[]): void => {
    codes.push({ kind: 'save', registers, bytes: 8, offset, pop: offset === 0 && !apart ? savedBytes : 0 })
    offset += registers.length * 8
  }
  if (link === 2) codes.push({ kind: 'nothing' })
  // No instruction stores x19 and x30 and moves the stack pointer, so that is done apart.
  const apart = integers === 1 && link === 1
  if (apart) codes.push({ kind: 'allocate', size: savedBytes })
  for (let register = 19; register < 19 + integers; register += 2) {
    if (register + 1 < 19 + integers) save(`x${register}`, `x${register + 1}`)
    else if (link === 1) save(`x${register}`, 'x30')
    else save(`x${register}`)
  }
  if (link === 1 && integers % 2 === 0) save('x30')
  const lastFloat = floats === 0 ? 7 : 8 + floats
  for (let register = 8; register <= lastFloat; register += 2) {
    if (register < lastFloat) save(`d${register}`, `d${register + 1}`)
    else save(`d${register}`)
  }
  if (homes)
    for (let pair = 0; pair < 4; pair++)
      codes.push(offset === 0 && pair === 0 ? { kind: 'allocate', size: savedBytes } : { kind: 'nothing' })
  addLocals(codes, localBytes, link >= 2)
  const prologue = codes.reverse()
  const returns = isPart
    ? []
    : [{ offset: Math.max(0, size - (epilogueCodes(prologue).length + 1) * instruction), codes: epilogueCodes(prologue) }]
  return { size, prologue, own: isPart ? 0 : prologue.length, epilogues: homes ? [] : returns }
}

function addLocals(codes: Arm64UnwindCode[], localBytes: number, hasFrame: boolean): void {
  if (hasFrame && localBytes <= 512) {
    codes.push({ kind: 'save', registers: ['x29', 'x30'], bytes: 8, offset: 0, pop: Math.max(0, localBytes) })
  } else {
    // One instruction subtracts up to 4080.
    if (localBytes > 4080) codes.push({ kind: 'allocate', size: 4080 })
    if (localBytes > 0) codes.push({ kind: 'allocate', size: localBytes > 4080 ? localBytes - 4080 : localBytes })
    if (hasFrame) codes.push({ kind: 'save', registers: ['x29', 'x30'], bytes: 8, offset: 0, pop: 0 })
  }
  if (hasFrame) codes.push({ kind: 'frame', offset: 0 })
}

/** An epilogue need not restore the stack pointer from x29, as the prologue set x29. */
function epilogueCodes(prologue: readonly Arm64UnwindCode[]): Arm64UnwindCode[] {
  return prologue.filter((code) => code.kind !== 'frame')
}

function readRecord(pe: PeFile, rva: number): Arm64UnwindInfo | undefined {
  const head = pe.read(rva, 8)
  if (head.length < 4) return undefined
  const first = u32(head, 0)
  let epilogueCount = (first >>> 22) & 31
  let words = first >>> 27
  let at = rva + 4
  if (epilogueCount === 0 && words === 0) {
    epilogueCount = u32(head, 4) & 0xffff
    words = (u32(head, 4) >>> 16) & 0xff
    at += 4
  }
  if (((first >>> 18) & 3) !== 0) return undefined
  const single = ((first >>> 21) & 1) === 1
  const size = (first & 0x3ffff) * instruction
  const scopes = single ? new Uint8Array(0) : pe.read(at, Math.min(epilogueCount, maxEpilogues) * 4)
  if (!single) at += epilogueCount * 4
  const codes = pe.read(at, Math.min(words * 4, maxUnwindCodeBytes))
  const prologue = decode(codes, 0)
  if (prologue === undefined) return undefined
  const epilogues: { offset: number; codes: Arm64UnwindCode[] }[] = []
  const addEpilogue = (start: number, index: number): void => {
    const decoded = decode(codes, index)
    if (decoded === undefined) return
    // The instruction that returns has no code.
    epilogues.push({ offset: start < 0 ? size - (decoded.codes.length + 1) * instruction : start, codes: decoded.codes })
  }
  if (single) addEpilogue(-1, epilogueCount)
  else for (let i = 0; i + 4 <= scopes.length; i += 4) addEpilogue((u32(scopes, i) & 0x3ffff) * instruction, u32(scopes, i) >>> 22)
  return { size, prologue: prologue.codes, own: prologue.own, epilogues }
}

/** Codes from one on until the end; undefined where one is unknown. */
function decode(bytes: Uint8Array, from: number): { codes: Arm64UnwindCode[]; own: number } | undefined {
  const codes: Arm64UnwindCode[] = []
  let own = -1
  for (let at = from; at < bytes.length; ) {
    const byte = bytes[at] ?? 0
    if (byte === end) break
    if (byte === endOfPart) {
      // What follows is the prologue of the function that this is a part of.
      if (own < 0) own = codes.length
      at++
      continue
    }
    const length = decodeOne(bytes, at, codes)
    if (length === undefined) return undefined
    at += length
  }
  return { codes: withNextPairs(codes), own: own < 0 ? codes.length : own }
}

/** "The next pair" is the one behind a pair whose code follows, as the last instruction comes first. */
function withNextPairs(codes: Arm64UnwindCode[]): Arm64UnwindCode[] {
  return codes.map((code, index) => {
    if (code.kind !== 'next-pair') return code
    const first = codes.findIndex((other, at) => at > index && other.kind === 'save')
    const pair = codes[first]
    if (pair?.kind !== 'save' || pair.registers.length !== 2) return { kind: 'special' }
    const steps = (first - index) * 2
    const registers = pair.registers.map((name) => `${name[0]}${Number(name.slice(1)) + steps}`)
    return { kind: 'save', registers, bytes: pair.bytes, offset: pair.offset + steps * pair.bytes, pop: 0 }
  })
}

/** Appends a code and gives its length. */
function decodeOne(bytes: Uint8Array, at: number, codes: Arm64UnwindCode[]): number | undefined {
  const byte = bytes[at] ?? 0
  const wide = (byte << 8) | (bytes[at + 1] ?? 0)
  const save = (registers: string[], offset: number, pop = 0, size = 8): void => {
    codes.push({ kind: 'save', registers, bytes: size, offset, pop })
  }
  const x = (register: number): string => `x${register}`
  const d = (register: number): string => `d${register}`
  if (byte < 0x20) codes.push({ kind: 'allocate', size: (byte & 0x1f) * 16 })
  else if (byte < 0x40) save([x(19), x(20)], 0, (byte & 0x1f) * 8)
  else if (byte < 0x80) save([x(29), x(30)], (byte & 0x3f) * 8)
  else if (byte < 0xc0) save([x(29), x(30)], 0, (byte & 0x3f) * 8 + 8)
  else if (byte < 0xc8) {
    codes.push({ kind: 'allocate', size: (wide & 0x7ff) * 16 })
    return 2
  } else if (byte < 0xe0) {
    return saveTwoBytes(wide, save, x, d) ? 2 : undefined
  } else if (byte === 0xe0) {
    codes.push({ kind: 'allocate', size: (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) * 16 })
    return 4
  } else if (byte === 0xe1) codes.push({ kind: 'frame', offset: 0 })
  else if (byte === 0xe2) {
    codes.push({ kind: 'frame', offset: (bytes[at + 1] ?? 0) * 8 })
    return 2
  } else if (byte === 0xe3 || byte === 0xfc) codes.push({ kind: 'nothing' })
  else if (byte === 0xe6) codes.push({ kind: 'next-pair' })
  else if (byte === 0xe7) return saveAny(bytes, at, save) ? 3 : undefined
  else if (byte >= 0xe8 && byte <= 0xec) codes.push({ kind: 'special' })
  else return undefined
  return 1
}

type Save = (registers: string[], offset: number, pop?: number, size?: number) => void

function saveTwoBytes(wide: number, save: Save, x: (register: number) => string, d: (register: number) => string): boolean {
  const low6 = (wide & 0x3f) * 8
  const low5 = (wide & 0x1f) * 8
  const register = 19 + ((wide >> 6) & 15)
  const float = 8 + ((wide >> 6) & 7)
  if (wide < 0xcc00) save([x(register), x(register + 1)], low6)
  else if (wide < 0xd000) save([x(register), x(register + 1)], 0, low6 + 8)
  else if (wide < 0xd400) save([x(register)], low6)
  else if (wide < 0xd600) save([x(19 + ((wide >> 5) & 15))], 0, low5 + 8)
  else if (wide < 0xd800) save([x(19 + 2 * ((wide >> 6) & 7)), x(30)], low6)
  else if (wide < 0xda00) save([d(float), d(float + 1)], low6)
  else if (wide < 0xdc00) save([d(float), d(float + 1)], 0, low6 + 8)
  else if (wide < 0xde00) save([d(float)], low6)
  else if (wide < 0xdf00) save([d(8 + ((wide >> 5) & 7))], 0, low5 + 8)
  else return false
  return true
}

/** Any registers: of 8 bytes, or the whole 16 of vector registers. */
function saveAny(bytes: Uint8Array, at: number, save: Save): boolean {
  const second = bytes[at + 1] ?? 0
  const third = bytes[at + 2] ?? 0
  const kind = third >> 6
  if ((second & 0x80) !== 0 || kind === 3) return false
  const register = second & 31
  const letter = kind === 0 ? 'x' : kind === 1 ? 'd' : 'q'
  const size = kind === 2 ? 16 : 8
  const registers = (second & 0x40) === 0 ? [`${letter}${register}`] : [`${letter}${register}`, `${letter}${register + 1}`]
  const unit = registers.length === 2 || kind === 2 || (second & 0x20) !== 0 ? 16 : 8
  const offset = (third & 0x3f) * unit
  if ((second & 0x20) === 0) save(registers, offset, 0, size)
  else save(registers, 0, offset + unit, size)
  return true
}
