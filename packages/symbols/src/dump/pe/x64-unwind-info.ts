import { u16, u32 } from '../pdb/little-endian.ts'
import { maxUnwindChain } from './limits.ts'
import type { PeFile } from './read-pe.ts'

/** One step of a prologue. `offset` is where its instruction ends, from the function's start. */
export type X64UnwindCode =
  | { readonly kind: 'push'; readonly offset: number; readonly register: number }
  | { readonly kind: 'allocate'; readonly offset: number; readonly size: number }
  | { readonly kind: 'frame-register'; readonly offset: number }
  | { readonly kind: 'save'; readonly offset: number; readonly register: number; readonly at: number }
  | { readonly kind: 'machine-frame'; readonly offset: number; readonly errorCode: boolean }

export interface X64UnwindInfo {
  /** The last instruction of the prologue first; behind them those of the parts that this one continues, with offset 0: they were done before. */
  readonly codes: readonly X64UnwindCode[]
  /** 0 where the function keeps none. */
  readonly frameRegister: number
  /** What the frame register points above the stack pointer. */
  readonly frameOffset: number
}

const chained = 4
const entryBytes = 12
const allCodes = 255 * 2

/** `UNWIND_INFO` at an address, with what it is chained to. Undefined where it is damaged. */
export function readX64UnwindInfo(pe: PeFile, rva: number): X64UnwindInfo | undefined {
  const codes: X64UnwindCode[] = []
  let [frameRegister, frameOffset] = [0, 0]
  let at = rva
  for (let link = 0; link < maxUnwindChain; link++) {
    // An odd address is another function's entry instead, whose information holds for this one, too.
    if ((at & 1) === 1) {
      at = u32(pe.read(at - 1, entryBytes), 8)
      continue
    }
    const info = pe.read(at, 4 + allCodes + 2 + entryBytes)
    const version = (info[0] ?? 0) & 7
    const count = info[2] ?? 0
    if (info.length < 4 + count * 2 || version < 1 || version > 2) return undefined
    if (frameRegister === 0) {
      frameRegister = (info[3] ?? 0) & 15
      frameOffset = ((info[3] ?? 0) >> 4) * 16
    }
    if (!readCodes(info.subarray(4, 4 + count * 2), version, link > 0, codes)) return undefined
    if ((info[0] ?? 0) >> 3 !== chained) return { codes, frameRegister, frameOffset }
    const parent = 4 + (count + (count & 1)) * 2
    if (info.length < parent + entryBytes) return undefined
    at = u32(info, parent + 8)
  }
  return undefined
}

function readCodes(bytes: Uint8Array, version: number, done: boolean, codes: X64UnwindCode[]): boolean {
  for (let at = 0; at < bytes.length; ) {
    const offset = done ? 0 : (bytes[at] ?? 0)
    const operation = (bytes[at + 1] ?? 0) & 15
    const info = (bytes[at + 1] ?? 0) >> 4
    const slots = slotCount(operation, info, version)
    if (slots === 0 || at + slots * 2 > bytes.length) return false
    if (operation === 0) codes.push({ kind: 'push', offset, register: info })
    else if (operation === 1) codes.push({ kind: 'allocate', offset, size: slots === 2 ? u16(bytes, at + 2) * 8 : u32(bytes, at + 2) })
    else if (operation === 2) codes.push({ kind: 'allocate', offset, size: info * 8 + 8 })
    else if (operation === 3) codes.push({ kind: 'frame-register', offset })
    else if (operation === 4) codes.push({ kind: 'save', offset, register: info, at: u16(bytes, at + 2) * 8 })
    else if (operation === 5) codes.push({ kind: 'save', offset, register: info, at: u32(bytes, at + 2) })
    else if (operation === 10) codes.push({ kind: 'machine-frame', offset, errorCode: info === 1 })
    at += slots * 2
  }
  return true
}

/** How many 16 bit slots a code takes; 0 for an unknown one. The rest are saved XMM registers and, in version 2, where epilogues are. */
function slotCount(operation: number, info: number, version: number): number {
  switch (operation) {
    case 0:
    case 2:
    case 3:
    case 10:
      return 1
    case 1:
      return info === 0 ? 2 : info === 1 ? 3 : 0
    case 4:
    case 8:
      return 2
    case 5:
    case 9:
      return 3
    case 6:
      return version === 2 ? 1 : 2
    case 7:
      return version === 2 ? 2 : 3
    default:
      return 0
  }
}
