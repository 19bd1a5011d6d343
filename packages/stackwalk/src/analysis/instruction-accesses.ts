import type { CpuContext, MemoryMap, MemoryRange, Thread } from '@crashkeep/minidump'
import type { AccessType, BranchTarget, DecodedInstruction, MemoryOperand } from './decoder.ts'

/** An address that the crashing instruction used. */
export interface UsedAddress {
  readonly address: bigint
  /** The register that the address starts from held zero: what looks like an address is an offset from a null pointer. */
  readonly isNullBased: boolean
}

export interface MemoryAccess extends UsedAddress {
  readonly size: number | undefined
  readonly type: AccessType | undefined
}

/** The processor's state around the instruction. */
export interface Surroundings {
  readonly context: CpuContext
  readonly memory: MemoryMap
  readonly littleEndian: boolean
  readonly isWindows: boolean
  readonly thread: Thread | undefined
  readonly source: { read(offset: number, length: number): Uint8Array }
}

/** `undefined` when the address of one of them cannot be told. */
export function memoryAccesses(instruction: DecodedInstruction, around: Surroundings): MemoryAccess[] | undefined {
  const accesses: MemoryAccess[] = []
  for (const operand of instruction.memory) {
    const used = usedAddress(operand, around)
    if (used === undefined) return undefined
    accesses.push({ ...used, size: operand.size, type: operand.access })
  }
  return accesses
}

/** Where the instruction continues: an address, `next` for the instruction behind it, `undefined` when that cannot be told. */
export function pointerUpdate(target: BranchTarget, around: Surroundings): UsedAddress | 'next' | undefined {
  const address = targetAddress(target, around)
  return address === undefined || address === 'next' ? address : { address, isNullBased: address === 0n }
}

function targetAddress(target: BranchTarget, around: Surroundings): bigint | 'next' | undefined {
  switch (target.kind) {
    case 'next':
      return 'next'
    case 'register':
      return around.context.registers.get(target.register)
    case 'stack':
      return around.thread?.stack && readPointer(around, around.thread.stack, around.context.stackPointer)
    case 'memory': {
      const used = usedAddress(target.operand, around)
      const range = used && around.memory.rangeAt(used.address)
      return used && range && readPointer(around, range, used.address)
    }
    default:
      return undefined
  }
}

function readPointer(around: Surroundings, range: MemoryRange, address: bigint): bigint | undefined {
  const width = bytesOfPointer(around)
  const offset = address - range.startAddress
  if (offset < 0n || offset + BigInt(width) > BigInt(range.size)) return undefined
  const bytes = around.source.read(range.offset + Number(offset), width)
  if (bytes.length < width) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, width)
  return width === 8 ? view.getBigUint64(0, around.littleEndian) : BigInt(view.getUint32(0, around.littleEndian))
}

function bytesOfPointer({ context }: Surroundings): 4 | 8 {
  return context.cpu === 'x86' ? 4 : 8
}

function usedAddress(operand: MemoryOperand, around: Surroundings): UsedAddress | undefined {
  const { registers } = around.context
  const segmentBase = operand.segment === undefined ? 0n : baseOfSegment(operand.segment, around)
  const base = operand.base === undefined ? 0n : registers.get(operand.base)
  const index = operand.index === undefined ? 0n : registers.get(operand.index)
  if (segmentBase === undefined || base === undefined || index === undefined) return undefined
  const address = BigInt.asUintN(8 * bytesOfPointer(around), segmentBase + base + index * BigInt(operand.scale) + operand.displacement)
  const isBasedOnZero = operand.base !== undefined && base === 0n && operand.segment === undefined
  // Where no operand tells the address, no pointer was in it.
  const isNullBased = operand.isImplied === true ? address === 0n : isBasedOnZero
  return { address, isNullBased }
}

/** Windows keeps the thread's environment block at gs, in 32-bit programs at fs. The bases of other systems are not in the dump. */
function baseOfSegment(segment: 'fs' | 'gs', { isWindows, thread, context }: Surroundings): bigint | undefined {
  const ofThread = context.cpu === 'x86' ? 'fs' : 'gs'
  return isWindows && segment === ofThread && thread !== undefined && thread.tebAddress !== 0n ? thread.tebAddress : undefined
}
