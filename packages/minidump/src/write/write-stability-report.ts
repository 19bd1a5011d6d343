import type { Counter } from '../streams/counters.ts'
import type { StabilityProcess, StabilityReport } from '../streams/stability-report.ts'
import type { DumpWriter } from './dump-writer.ts'

type Part = readonly [field: number, value: Counter | readonly number[] | undefined]

export function writeStabilityReport(_out: DumpWriter, report: StabilityReport): Uint8Array {
  const system = message([
    [1, report.systemCommitLimitPages],
    [2, report.systemCommitRemainingPages],
    [3, report.systemHandleCount],
  ])
  const processes = report.processes.map((process): Part => [2, processMessage(process)])
  return Uint8Array.from(message([...processes, [7, system.length === 0 ? undefined : message([[1, system]])]]))
}

function processMessage(process: StabilityProcess): number[] {
  const memory = message([
    [1, process.privateUsagePages],
    [2, process.peakWorkingSetPages],
    [3, process.peakPagefilePages],
    [4, process.allocationAttemptBytes],
  ])
  const files = message([
    [1, process.openFileDescriptors === undefined ? undefined : message([[1, process.openFileDescriptors]])],
    [2, process.handleCount === undefined ? undefined : message([[1, process.handleCount]])],
  ])
  return message([
    [3, process.processId],
    [4, memory.length === 0 ? undefined : message([[1, memory]])],
    [7, files.length === 0 ? undefined : files],
  ])
}

/** A protocol buffer's message of numbers and of messages. */
function message(parts: readonly Part[]): number[] {
  return parts.flatMap(([field, value]) => {
    if (value === undefined) return []
    if (typeof value !== 'object') return [...varint(BigInt(field << 3)), ...varint(BigInt(value))]
    return [...varint(BigInt((field << 3) | 2)), ...varint(BigInt(value.length)), ...value]
  })
}

function varint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return [...bytes, Number(rest)]
}
