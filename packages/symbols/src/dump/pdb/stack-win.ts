import type { SymbolWriter } from '../output/symbol-writer.ts'
import type { AddressMap } from './address-map.ts'
import type { DebugInformation } from './dbi.ts'
import { maxTableBytes } from './limits.ts'
import { u16, u32 } from './little-endian.ts'
import type { MsfFile } from './msf.ts'
import { readStream } from './pdb-info.ts'
import type { StringTable } from './string-table.ts'

interface Frame {
  readonly type: 0 | 4
  readonly start: number
  readonly size: number
  readonly prologue: number
  readonly parameters: number
  readonly saved: number
  readonly locals: number
  readonly maxStack: number
  /** The program of frame data; whether FPO uses EBP. */
  readonly program: string | boolean
}

const fpoBytes = 16
const frameDataBytes = 32
/** Sizes near 2^32 stand in epilogues and mean something else. */
const maxFrameSize = 0x7fff_ffff

/** STACK WIN of x86: the older FPO table and the newer frame data, by address; at the same address the newer says more. */
export function writeStackWin(msf: MsfFile, dbi: DebugInformation, map: AddressMap, strings: StringTable, writer: SymbolWriter): void {
  const fpo = readStream(msf, dbi.fpoStream, maxTableBytes) ?? new Uint8Array(0)
  const data = readStream(msf, dbi.frameDataStream, maxTableBytes) ?? new Uint8Array(0)
  let [fpoAt, dataAt] = [0, 0]
  let last: Frame | undefined
  while (fpoAt + fpoBytes <= fpo.length || dataAt + frameDataBytes <= data.length) {
    const fpoStart = fpoAt + fpoBytes <= fpo.length ? u32(fpo, fpoAt) : Number.POSITIVE_INFINITY
    const dataStart = dataAt + frameDataBytes <= data.length ? u32(data, dataAt) : Number.POSITIVE_INFINITY
    let frame: Frame | undefined
    if (dataStart <= fpoStart) {
      frame = readFrameData(data, dataAt, strings)
      dataAt += frameDataBytes
    } else {
      frame = readFpo(fpo, fpoAt)
    }
    if (fpoStart <= dataStart) fpoAt += fpoBytes
    if (frame === undefined || frame.size > maxFrameSize || isSame(frame, last)) continue
    writeFrame(frame, map, writer)
    last = frame
  }
}

function isSame(frame: Frame, last: Frame | undefined): boolean {
  return (
    last !== undefined &&
    frame.type === last.type &&
    frame.start === last.start &&
    frame.size === last.size &&
    frame.prologue === last.prologue
  )
}

function readFrameData(bytes: Uint8Array, at: number, strings: StringTable): Frame {
  return {
    type: 4,
    start: u32(bytes, at),
    size: u32(bytes, at + 4),
    locals: u32(bytes, at + 8),
    parameters: u32(bytes, at + 12),
    maxStack: u32(bytes, at + 16),
    program: strings.get(u32(bytes, at + 20)).trim(),
    prologue: u16(bytes, at + 24),
    saved: u16(bytes, at + 26),
  }
}

/** Undefined for the frames of traps, task switches and those with an ordinary EBP: no record of the format tells those. */
function readFpo(bytes: Uint8Array, at: number): Frame | undefined {
  const flags = u16(bytes, at + 14)
  if (flags >> 14 !== 0) return undefined
  const saved = ((flags >> 8) & 7) * 4
  return {
    type: 0,
    start: u32(bytes, at),
    size: u32(bytes, at + 4),
    locals: u32(bytes, at + 8) * 4,
    parameters: u16(bytes, at + 12) * 4,
    prologue: flags & 0xff,
    saved,
    maxStack: 0,
    // Walkers look for EBP as the second highest of the saved registers; with fewer they would read below the stack pointer.
    program: (flags & 0x1000) !== 0 && saved >= 8,
  }
}

/** Where code was moved, prologue and body may have become several pieces. */
function writeFrame(frame: Frame, map: AddressMap, writer: SymbolWriter): void {
  const prologue = map.ranges(frame.start, frame.start + frame.prologue)
  const body = map.ranges(frame.start + frame.prologue, frame.start + frame.size)
  if (body.length === 2 && (prologue.length === 0 || (prologue.length === 2 && prologue[1] === body[0]))) {
    const start = prologue[0] ?? body[0] ?? 0
    writePiece(frame, start, body[1] ?? 0, (body[0] ?? 0) - start, writer)
    return
  }
  for (let i = 0; i < prologue.length; i += 2) {
    const [start, end] = [prologue[i] ?? 0, prologue[i + 1] ?? 0]
    writePiece(frame, start, end, end - start, writer)
  }
  for (let i = 0; i < body.length; i += 2) writePiece(frame, body[i] ?? 0, body[i + 1] ?? 0, 0, writer)
}

function writePiece(frame: Frame, start: number, end: number, prologue: number, writer: SymbolWriter): void {
  const sizes = [start, end - start, prologue, 0, frame.parameters, frame.saved, frame.locals, frame.maxStack]
  writer.win(frame.type, sizes, frame.program)
}
