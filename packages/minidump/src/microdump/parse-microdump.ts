import { maxMicrodumpLineLength, maxModules } from '../limits.ts'
import { ProblemList } from '../problem.ts'
import type { MemoryContents } from '../write/dump-contents.ts'

/** What a microdump tells and a minidump has no stream for. */
export interface MicrodumpInfo {
  /** `NAME:VERSION` */
  readonly product?: string
  readonly processType?: string
  /** OpenGL version, vendor and renderer as the program gave them. */
  readonly gpu?: readonly string[]
  /** Free address space: first and last address, then a histogram of holes, as it was logged. */
  readonly freeSpace?: string
}

export interface MicrodumpSystem {
  /** A is Android, L is Linux. */
  readonly os: string
  readonly architecture: string
  readonly processorCount: number
  readonly version: string
}

export interface MicrodumpModule {
  readonly baseAddress: bigint
  readonly size: number
  /** A GUID and an age, as in a symbol file. */
  readonly identifier: string
  readonly name: string
}

export interface MicrodumpReason {
  readonly signal: number
  readonly address: bigint
}

export interface MicrodumpParts {
  readonly system: MicrodumpSystem | undefined
  readonly reason: MicrodumpReason | undefined
  readonly context: Uint8Array | undefined
  /** Pieces of the stack that follow each other are one. */
  readonly stack: readonly MemoryContents[]
  readonly modules: readonly MicrodumpModule[]
  readonly info: MicrodumpInfo
  readonly problems: ProblemList
}

/** What the lines so far have told. */
interface Draft {
  system: MicrodumpSystem | undefined
  reason: MicrodumpReason | undefined
  context: Uint8Array | undefined
  readonly stack: StackPieces
  readonly modules: MicrodumpModule[]
  readonly info: { product?: string; processType?: string; gpu?: readonly string[]; freeSpace?: string }
}

const stream = 'microdump'

/** Lines are a letter and fields with a space between; numbers are hexadecimal. A damaged line is a problem, and left out. */
export function parseMicrodump(lines: readonly string[]): MicrodumpParts {
  const problems = new ProblemList()
  const draft: Draft = { system: undefined, reason: undefined, context: undefined, stack: new StackPieces(), modules: [], info: {} }
  for (const line of lines) {
    if (line[1] !== ' ') continue
    if (line.length <= maxMicrodumpLineLength && readLine(draft, line[0] ?? '', line.slice(2))) continue
    problems.add('bad_record', `A line of the microdump cannot be read: ${line.slice(0, 60)}`, stream)
  }
  return { ...draft, stack: draft.stack.list(), problems }
}

/** Whether the line could be read. Letters of later versions are no damage. */
function readLine(draft: Draft, letter: string, rest: string): boolean {
  switch (letter) {
    case 'O':
      draft.system = parseSystem(rest)
      return draft.system !== undefined
    case 'R':
      draft.reason = parseReason(rest)
      return draft.reason !== undefined
    case 'C':
      draft.context = hexBytes(rest)
      return draft.context !== undefined
    case 'S':
      return draft.stack.add(rest)
    case 'M':
      return addModule(draft.modules, rest)
    case 'V':
      draft.info.product = rest
      return true
    case 'P':
      draft.info.processType = rest
      return true
    case 'G':
      if (rest !== 'UNKNOWN') draft.info.gpu = rest.split('|')
      return true
    case 'H':
      draft.info.freeSpace = rest
      return true
    default:
      return true
  }
}

/** `A arm 02 armv7l BUILD…`: the fourth is the processor of the machine, which may run programs of another one. */
function parseSystem(text: string): MicrodumpSystem | undefined {
  const [os, architecture, count = '', , ...version] = text.split(' ')
  if (os === undefined || architecture === undefined) return undefined
  return { os, architecture, processorCount: Number(hexNumber(count) ?? 0n) & 0xff, version: version.join(' ') }
}

/** `0000000B SIGSEGV 12345678` */
function parseReason(text: string): MicrodumpReason | undefined {
  const [number = '', , place = ''] = text.split(' ')
  const signal = hexNumber(number)
  return signal === undefined || signal > 0xffff_ffffn ? undefined : { signal: Number(signal), address: hexNumber(place) ?? 0n }
}

/** `BASE OFFSET SIZE IDENTIFIER NAME`; the kernel marks the name of a file that is gone. */
function addModule(modules: MicrodumpModule[], text: string): boolean {
  const [base = '', , length = '', identifier = '', ...name] = text.split(' ')
  const baseAddress = hexNumber(base)
  const size = hexNumber(length)
  if (baseAddress === undefined || size === undefined || size > 0xffff_ffffn || modules.length >= maxModules) return false
  modules.push({ baseAddress, size: Number(size), identifier, name: name.join(' ').replace(/ \(deleted\)$/, '') })
  return true
}

/** Lines of a stack are one behind the other unless the log lost some. */
class StackPieces {
  readonly #runs: { startAddress: bigint; end: bigint; parts: Uint8Array[] }[] = []

  /** `ADDRESS BYTES`, or `0 SP START SIZE`, which says nothing that the others do not. */
  add(text: string): boolean {
    if (text.startsWith('0 ')) return true
    const [place = '', digits = ''] = text.split(' ')
    const startAddress = hexNumber(place)
    const bytes = hexBytes(digits)
    if (startAddress === undefined || bytes === undefined) return false
    const last = this.#runs.at(-1)
    const end = startAddress + BigInt(bytes.length)
    if (last?.end === startAddress) {
      last.parts.push(bytes)
      last.end = end
    } else {
      this.#runs.push({ startAddress, end, parts: [bytes] })
    }
    return true
  }

  list(): MemoryContents[] {
    return this.#runs.map(({ startAddress, parts }) => ({ startAddress, bytes: joined(parts) }))
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

function hexNumber(digits: string): bigint | undefined {
  return /^[0-9A-Fa-f]{1,16}$/.test(digits) ? BigInt(`0x${digits}`) : undefined
}

/** `undefined` for anything but pairs of digits. */
export function hexBytes(digits: string): Uint8Array | undefined {
  if (digits.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(digits)) return undefined
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return bytes
}
