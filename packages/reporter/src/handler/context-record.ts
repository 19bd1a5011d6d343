import { architecture } from '../raw-capture/record-types.ts'

/** A context record of a minidump from what ptrace gives, floating point included. */
export function contextRecord(machine: number, registers: Uint8Array, floats: Uint8Array | undefined): Uint8Array {
  return machine === architecture.arm64 ? arm64Record(registers, floats) : amd64Record(registers, floats)
}

export function stackPointer(machine: number, registers: Uint8Array): bigint {
  return words(registers).getBigUint64(machine === architecture.arm64 ? 31 * 8 : 19 * 8, true)
}

export function instructionPointer(machine: number, registers: Uint8Array): bigint {
  return words(registers).getBigUint64(machine === architecture.arm64 ? 32 * 8 : 16 * 8, true)
}

function words(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const amd64Bytes = 1232
/** CONTEXT_AMD64 with control, integer, segments, floating point. */
const amd64Flags = 0x10000f
const amd64FloatsOffset = 256
const fxsaveBytes = 512
const fxsaveMxcsrOffset = 24

/** Where CONTEXT has the 64-bit words of `struct user_regs_struct`, in that struct's order; undefined: nowhere. */
const amd64Words: readonly (number | undefined)[] = [
  ...[240, 232, 224, 216, 160, 144, 208, 200, 192, 184, 120, 128, 136, 168, 176],
  ...[undefined, 248, undefined, undefined, 152],
]
/** Index there, offset here: cs, ds, es, fs, gs, ss. */
const amd64Selectors: readonly (readonly [number, number])[] = [
  [17, 56],
  [23, 58],
  [24, 60],
  [25, 62],
  [26, 64],
  [20, 66],
]
const amd64FlagsRegister = 18

function amd64Record(registers: Uint8Array, floats: Uint8Array | undefined): Uint8Array {
  const from = words(registers)
  const record = new Uint8Array(amd64Bytes)
  const to = words(record)
  to.setUint32(48, amd64Flags, true)
  amd64Words.forEach((offset, i) => {
    if (offset !== undefined) to.setBigUint64(offset, from.getBigUint64(8 * i, true), true)
  })
  for (const [index, offset] of amd64Selectors) to.setUint16(offset, from.getUint16(8 * index, true), true)
  to.setUint32(68, from.getUint32(8 * amd64FlagsRegister, true), true)
  if (floats !== undefined && floats.length >= fxsaveBytes) {
    record.set(floats.subarray(0, fxsaveBytes), amd64FloatsOffset)
    to.setUint32(52, words(floats).getUint32(fxsaveMxcsrOffset, true), true)
  }
  return record
}

const arm64Bytes = 912
const arm64Flags = 0x400007
const arm64WordCount = 33
const arm64FloatsOffset = 272
const vectorBytes = 512

/** x0 … x30, sp and pc follow each other in both; vectors come before their status words in both. */
function arm64Record(registers: Uint8Array, floats: Uint8Array | undefined): Uint8Array {
  const record = new Uint8Array(arm64Bytes)
  const to = words(record)
  to.setUint32(0, arm64Flags, true)
  to.setUint32(4, words(registers).getUint32(8 * arm64WordCount, true), true)
  record.set(registers.subarray(0, 8 * arm64WordCount), 8)
  if (floats !== undefined && floats.length >= vectorBytes + 8) {
    record.set(floats.subarray(0, vectorBytes), arm64FloatsOffset)
    to.setUint32(784, words(floats).getUint32(vectorBytes + 4, true), true)
    to.setUint32(788, words(floats).getUint32(vectorBytes, true), true)
  }
  return record
}
