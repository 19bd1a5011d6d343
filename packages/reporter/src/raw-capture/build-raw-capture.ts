import type { CapturedProcess } from './raw-capture.ts'
import { architecture, recordType } from './record-types.ts'

/** Raw captures by record, as capture/raw-format.h has them: what JavaScript itself can say about a death, and tests of what reads them. */
export interface RawCaptureBuilder {
  process(facts: CapturedProcess): RawCaptureBuilder
  thread(id: number, facts: { readonly name?: string; readonly registers?: Uint8Array; readonly floats?: Uint8Array }): RawCaptureBuilder
  memory(type: number, startAddress: bigint, bytes: Uint8Array, aux?: number): RawCaptureBuilder
  text(type: number, text: string, aux?: number): RawCaptureBuilder
  note(name: string, text: string): RawCaptureBuilder
  /** With the record that says that nothing is missing. */
  end(): Uint8Array
}

const registerBytes = { [architecture.amd64]: 216, [architecture.arm64]: 272 } as const
const floatBytes = { [architecture.amd64]: 512, [architecture.arm64]: 528 } as const
export function buildRawCapture(machine: 9 | 12 = architecture.amd64): RawCaptureBuilder {
  const parts: Uint8Array[] = [header(machine)]
  const add = (type: number, aux: number, address: bigint, bytes: Uint8Array): RawCaptureBuilder => {
    parts.push(recordHeader(type, aux, address, bytes.length), bytes)
    return builder
  }
  const builder: RawCaptureBuilder = {
    process({ pid, crashedThread, signal, kind, time, uptime }) {
      const bytes = new Uint8Array(32)
      const view = new DataView(bytes.buffer)
      for (const [i, value] of [pid, crashedThread, signal, kind].entries()) view.setUint32(4 * i, value, true)
      view.setBigUint64(16, time, true)
      view.setBigUint64(24, uptime, true)
      return add(recordType.process, 0, 0n, bytes)
    },
    thread(id, { name = '', registers, floats }) {
      const bytes = new Uint8Array(24 + registerBytes[machine] + floatBytes[machine])
      new DataView(bytes.buffer).setUint32(0, (registers === undefined ? 0 : 1) | (floats === undefined ? 0 : 2), true)
      bytes.set(new TextEncoder().encode(name).subarray(0, 15), 8)
      if (registers !== undefined) bytes.set(registers, 24)
      if (floats !== undefined) bytes.set(floats, 24 + registerBytes[machine])
      return add(recordType.thread, id, 0n, bytes)
    },
    memory: (type, startAddress, bytes, aux = 0) => add(type, aux, startAddress, bytes),
    text: (type, text, aux = 0) => add(type, aux, 0n, new TextEncoder().encode(text)),
    note: (name, text) => add(recordType.note, 0, 0n, new TextEncoder().encode(`${name}\0${text}`)),
    end: () => Uint8Array.from(Buffer.concat([...parts, recordHeader(recordType.end, 0, 0n, 0)])),
  }
  return builder
}

function recordHeader(type: number, aux: number, address: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(24)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, type, true)
  view.setUint32(4, aux, true)
  view.setBigUint64(8, address, true)
  view.setBigUint64(16, BigInt(length), true)
  return bytes
}

function header(machine: number): Uint8Array {
  const bytes = new Uint8Array(16)
  bytes.set(new TextEncoder().encode('CKRAWCAP'))
  const view = new DataView(bytes.buffer)
  view.setUint32(8, 1, true)
  view.setUint32(12, machine, true)
  return bytes
}
