import { hexBytes } from '../fields.ts'
import type { Minidump } from '../minidump.ts'

/**
 * Every stream as plain JSON: bigint as hexadecimal text, maps as objects, bytes as hexadecimal digits, absent parts left out.
 * The contents of memory are not in it, only where they are.
 */
export function describeMinidump(dump: Minidump): Record<string, unknown> {
  const { source, memory, timestamp, modules, systemInfo, miscInfo, problems, streams, littleEndian, version, flags, ...parts } = dump
  const { windows, mac, comments, opaqueStreams, ...others } = parts
  return plainObject({
    size: source.size,
    timestamp,
    time: new Date(timestamp * 1000).toISOString(),
    littleEndian,
    version,
    flags,
    problems,
    streams,
    systemInfo,
    miscInfo,
    modules: modules.map(({ versionInfo, ...module }) => ({ ...module, ...(versionInfo.valid && { versionInfo }) })),
    ...others,
    windows: orNothing(windows),
    mac: orNothing(mac),
    comments: orNothing(comments),
    opaqueStreams: opaqueStreams.length === 0 ? undefined : opaqueStreams,
    memory: memory.ranges,
  })
}

/** What few dumps have is not worth an empty heading in all others. */
function orNothing<T extends object>(part: T): T | undefined {
  return Object.values(part).some((value) => value !== undefined) ? part : undefined
}

function plainObject(value: object): Record<string, unknown> {
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(entries.map(([key, part]) => [key, plain(part)]))
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`
  if (value instanceof Uint8Array) return hexBytes(value)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, part]) => [String(key), plain(part)]))
  if (Array.isArray(value)) return value.map(plain)
  return typeof value === 'object' && value !== null ? plainObject(value) : value
}
