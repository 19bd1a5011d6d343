import type { DumpView } from '../dump-view.ts'
import { maxProtobufFields, maxStabilityReportBytes } from '../limits.ts'
import type { Location } from '../location.ts'
import { type Counter, counter } from './counters.ts'
import { type ProtobufField, readProtobuf } from './protobuf.ts'

/** One process of Chromium. Usage is in pages of 4 KiB, the attempt in bytes. */
export interface StabilityProcess {
  readonly processId?: Counter
  readonly privateUsagePages?: Counter
  readonly peakWorkingSetPages?: Counter
  readonly peakPagefilePages?: Counter
  /** The allocation that found no memory. */
  readonly allocationAttemptBytes?: Counter
  readonly openFileDescriptors?: Counter
  readonly handleCount?: Counter
}

/** Chromium's own record about itself and the machine, a protocol buffer (components/stability_report). */
export interface StabilityReport {
  readonly processes: readonly StabilityProcess[]
  readonly systemCommitLimitPages?: Counter
  readonly systemCommitRemainingPages?: Counter
  readonly systemHandleCount?: Counter
}

const stream = 'StabilityReport'

export function readStabilityReport(dump: DumpView, at: Location): StabilityReport {
  const { size } = dump.clip(at)
  const { fields, isWhole } = readProtobuf(dump.source.read(at.rva, Math.min(size, maxStabilityReportBytes)), maxProtobufFields)
  if (!isWhole) dump.problems.add('truncated_stream', 'StabilityReport is not a whole message; its first part was read.', stream)
  const system = messageAt(fields, [7, 1])
  return {
    processes: fields.filter(({ field }) => field === 2).map(({ value }) => readProcess(messageOf(value))),
    ...numberAs('systemCommitLimitPages', system, 1),
    ...numberAs('systemCommitRemainingPages', system, 2),
    ...numberAs('systemHandleCount', system, 3),
  }
}

function readProcess(fields: readonly ProtobufField[]): StabilityProcess {
  const memory = messageAt(fields, [4, 1])
  return {
    ...numberAs('processId', fields, 3),
    ...numberAs('privateUsagePages', memory, 1),
    ...numberAs('peakWorkingSetPages', memory, 2),
    ...numberAs('peakPagefilePages', memory, 3),
    ...numberAs('allocationAttemptBytes', memory, 4),
    ...numberAs('openFileDescriptors', messageAt(fields, [7, 1]), 1),
    ...numberAs('handleCount', messageAt(fields, [7, 2]), 1),
  }
}

function messageOf(value: bigint | Uint8Array | undefined): readonly ProtobufField[] {
  return value instanceof Uint8Array ? readProtobuf(value, maxProtobufFields).fields : []
}

/** The message that lies in a field of a field; of several of one number the last counts. */
function messageAt(fields: readonly ProtobufField[], path: readonly number[]): readonly ProtobufField[] {
  return path.reduce((inner, wanted) => messageOf(inner.findLast(({ field }) => field === wanted)?.value), fields)
}

function numberAs<Name extends string>(name: Name, fields: readonly ProtobufField[], wanted: number): Partial<Record<Name, Counter>> {
  const value = fields.findLast(({ field }) => field === wanted)?.value
  const found: Partial<Record<Name, Counter>> = {}
  if (typeof value === 'bigint') found[name] = counter(value)
  return found
}
