import type { MemoryContents } from '@crashkeep/minidump'
import { maxCaptureBytes, maxNotes, maxProblems, maxRecords, maxThreads } from './limits.ts'
import type { CapturedProcess, CapturedThread, RawCapture } from './raw-capture.ts'
import { architecture, recordType } from './record-types.ts'

/** "CKRAWCAP" */
const magic = 0x5041435741524b43n
const version = 1
const headerBytes = 16
const recordHeaderBytes = 24
const processBytes = 32
const threadNameBytes = 16
const hasRegisters = 1
const hasFloats = 2

/** Sizes of register sets by architecture. */
const registerBytes: ReadonlyMap<number, number> = new Map([
  [architecture.amd64, 216],
  [architecture.arm64, 272],
])

/**
 * `undefined` when it is no capture at all, of another version, or ends before it says which process it is about. Any other damage is in `problems`.
 */
export function readRawCapture(bytes: Uint8Array): RawCapture | undefined {
  if (bytes.length < headerBytes || bytes.length > maxCaptureBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const machine = view.getUint32(12, true)
  if (view.getBigUint64(0, true) !== magic || view.getUint32(8, true) !== version || !registerBytes.has(machine)) return undefined
  const parts = new Parts(machine)
  let offset = headerBytes
  for (let count = 0; count < maxRecords && offset + recordHeaderBytes <= bytes.length && !parts.isWhole; count++) {
    const length = view.getBigUint64(offset + 16, true)
    const start = offset + recordHeaderBytes
    const isCut = length > BigInt(bytes.length - start)
    const end = isCut ? bytes.length : start + Number(length)
    parts.add(
      view.getUint32(offset, true),
      view.getUint32(offset + 4, true),
      view.getBigUint64(offset + 8, true),
      bytes.subarray(start, end),
    )
    offset = end
  }
  return parts.finish()
}

class Parts {
  readonly #architecture: number
  readonly #texts = new Map<number, Uint8Array[]>()
  readonly #threads = new Map<number, CapturedThread>()
  readonly #stacks = new Map<number, MemoryContents>()
  readonly #memory: MemoryContents[] = []
  readonly #images: MemoryContents[] = []
  readonly #problems: string[] = []
  readonly #notes = new Map<string, string>()
  readonly #threadAnnotations: Uint8Array[] = []
  #process: CapturedProcess | undefined
  isWhole = false

  constructor(machine: number) {
    this.#architecture = machine
  }

  add(type: number, aux: number, startAddress: bigint, bytes: Uint8Array): void {
    switch (type) {
      case recordType.process:
        this.#process ??= readProcess(bytes)
        break
      case recordType.thread: {
        const thread = readThread(aux, bytes, registerBytes.get(this.#architecture) ?? 0)
        // The crashed thread comes first, from the signal itself; a second record would be a worse one.
        if (thread !== undefined && this.#threads.size < maxThreads && !this.#threads.has(aux)) this.#threads.set(aux, thread)
        break
      }
      case recordType.stack:
        if (!this.#stacks.has(aux)) this.#stacks.set(aux, { startAddress, bytes })
        break
      case recordType.memory:
        this.#memory.push({ startAddress, bytes })
        break
      case recordType.image:
        this.#images.push({ startAddress, bytes })
        break
      case recordType.problem:
        if (this.#problems.length < maxProblems) this.#problems.push(`${decode(bytes)} (error ${aux})`)
        break
      case recordType.note: {
        const end = bytes.indexOf(0)
        if (end > 0 && this.#notes.size < maxNotes) this.#notes.set(decode(bytes.subarray(0, end)), decode(bytes.subarray(end + 1)))
        break
      }
      case recordType.annotations:
        if (aux !== 0) this.#threadAnnotations.push(bytes)
        else this.#texts.set(type, [...(this.#texts.get(type) ?? []), bytes])
        break
      case recordType.end:
        this.isWhole = true
        break
      default:
        this.#texts.set(type, [...(this.#texts.get(type) ?? []), bytes])
    }
  }

  finish(): RawCapture | undefined {
    if (this.#process === undefined) return undefined
    const text = (type: number): Uint8Array => Buffer.concat(this.#texts.get(type) ?? [])
    const signalInfo = text(recordType.signalInfo)
    return {
      architecture: this.#architecture,
      process: this.#process,
      ...(signalInfo.length > 0 && { signalInfo }),
      threads: [...this.#threads.values()].map((thread) => withStack(thread, this.#stacks.get(thread.id))),
      memory: this.#memory,
      images: this.#images,
      maps: text(recordType.maps),
      auxv: text(recordType.auxv),
      status: text(recordType.status),
      stat: text(recordType.stat),
      limits: text(recordType.limits),
      commandLine: text(recordType.commandLine),
      environment: text(recordType.environment),
      program: text(recordType.program),
      settings: text(recordType.settings),
      annotations: text(recordType.annotations),
      threadAnnotations: Buffer.concat(this.#threadAnnotations),
      death: text(recordType.death),
      notes: this.#notes,
      problems: this.#problems,
      isWhole: this.isWhole,
    }
  }
}

function withStack(thread: CapturedThread, stack: MemoryContents | undefined): CapturedThread {
  return stack === undefined ? thread : { ...thread, stack }
}

function readProcess(bytes: Uint8Array): CapturedProcess | undefined {
  if (bytes.length < processBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    pid: view.getUint32(0, true),
    crashedThread: view.getUint32(4, true),
    signal: view.getUint32(8, true),
    kind: view.getUint32(12, true),
    time: view.getBigUint64(16, true),
    uptime: view.getBigUint64(24, true),
  }
}

function readThread(id: number, bytes: Uint8Array, registers: number): CapturedThread | undefined {
  const start = 8 + threadNameBytes
  if (bytes.length < start + registers) return undefined
  const flags = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
  return {
    id,
    name: decode(bytes.subarray(8, start)).replace(/\0.*$/s, ''),
    ...((flags & hasRegisters) !== 0 && { registers: bytes.subarray(start, start + registers) }),
    ...((flags & hasFloats) !== 0 && { floats: bytes.subarray(start + registers) }),
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
