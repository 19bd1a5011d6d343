import { type ByteSource, bytesSource } from '../byte-source.ts'
import type { CodeView } from '../code-view.ts'
import { layouts } from '../context/layouts.ts'
import type { Minidump } from '../minidump.ts'
import type { Problem } from '../problem.ts'
import { readBinaryMinidump } from '../read-binary-minidump.ts'
import { type KnownCpu, osNames, type SystemInfo } from '../streams/system-info.ts'
import type { DumpContents, MemoryContents, ModuleContents } from '../write/dump-contents.ts'
import { writeMinidump } from '../write/write-minidump.ts'
import { findMicrodump, type MicrodumpText } from './find-microdump.ts'
import { hexBytes, type MicrodumpModule, type MicrodumpParts, type MicrodumpSystem, parseMicrodump } from './parse-microdump.ts'

/** As Breakpad's writer names its own target. */
const cpus: ReadonlyMap<string, KnownCpu> = new Map<string, KnownCpu>([
  ['arm', 'arm'],
  ['arm64', 'arm64'],
  ['x86', 'x86'],
  ['x86_64', 'amd64'],
  ['mips', 'mips'],
  ['mips64', 'mips64'],
  ['riscv32', 'riscv'],
  ['riscv64', 'riscv64'],
])

const platforms: ReadonlyMap<string, number> = new Map([
  ['A', 0x8203],
  ['L', 0x8201],
])

/**
 * A microdump: what Breakpad writes to the log of a device from which no file may leave. It has the registers and the stack of the
 * crashing thread and the modules. It is made a minidump of and read like one, so `source` and `streams` are those of that minidump.
 * `undefined` when the source has no microdump.
 */
export function readMicrodump(source: ByteSource): Minidump | undefined {
  const text = findMicrodump(source)
  if (text === undefined) return undefined
  const parts = parseMicrodump(text.lines)
  if (!text.isWhole) parts.problems.add('truncated_stream', 'The microdump has no last line; the log was cut off.', 'microdump')
  const dump = readBinaryMinidump(bytesSource(writeMinidump(contentsOf(parts, text))))
  const problems: Problem[] = [...parts.problems.list(), ...dump.problems]
  return { ...dump, microdump: parts.info, problems }
}

function contentsOf(parts: MicrodumpParts, text: MicrodumpText): DumpContents {
  const { system, reason, stack, context, modules } = parts
  const systemInfo = system && systemInfoOf(system, context)
  const layout = layouts.find(({ architectures, cpu }) => cpu === systemInfo?.cpu && architectures.includes(systemInfo.cpuRaw))
  const registers = layout !== undefined && context !== undefined ? { registers: {}, bytes: context } : undefined
  if (context !== undefined && context.length !== layout?.size) {
    const message = `The registers have ${context.length} bytes, which is no context of ${system?.architecture ?? 'an unknown processor'}.`
    parts.problems.add('bad_context', message, 'microdump')
  }
  // The log does not tell the thread; its number is nobody's.
  const id = text.processId ?? 1
  const [first, ...others] = byPlausibility(stack)
  return {
    ...(systemInfo !== undefined && { systemInfo }),
    ...(text.processId !== undefined && { miscInfo: { flags: 1, processId: text.processId } }),
    threads: [{ id, ...(first !== undefined && { stack: first }), ...(registers !== undefined && { context: registers }) }],
    ...(reason !== undefined && { exception: { threadId: id, code: reason.signal, address: reason.address } }),
    breakpadInfo: { requestingThreadId: id },
    modules: modules.map(moduleContents),
    memory: others,
  }
}

function systemInfoOf(system: MicrodumpSystem, context: Uint8Array | undefined): SystemInfo {
  const cpu = cpus.get(system.architecture) ?? 'unknown'
  const osRaw = platforms.get(system.os) ?? 0
  const fitting = layouts.filter((layout) => layout.cpu === cpu)
  const layout = fitting.find(({ size }) => size === context?.length) ?? fitting[0]
  return {
    cpu,
    cpuRaw: layout?.architectures[0] ?? 0xffff,
    processorLevel: 0,
    processorRevision: 0,
    processorCount: system.processorCount,
    os: osNames.get(osRaw) ?? 'unknown',
    osRaw,
    productType: 0,
    major: 0,
    minor: 0,
    build: 0,
    csdVersion: system.version,
    suiteMask: 0,
    cpuInformation: {},
  }
}

/** The longest piece is taken for the thread's stack; the walker finds the others by address. */
function byPlausibility(stack: readonly MemoryContents[]): MemoryContents[] {
  return [...stack].sort((a, b) => b.bytes.length - a.bytes.length)
}

/** The identifier is the first half of a build id in the order of a GUID. */
function moduleContents(module: MicrodumpModule): ModuleContents {
  const { baseAddress, size, name } = module
  const guid = hexBytes(module.identifier.slice(0, 32))
  if (guid?.length !== 16) return { baseAddress, size, name }
  const buildId = Uint8Array.of(
    ...guid.subarray(0, 4).toReversed(),
    ...guid.subarray(4, 6).toReversed(),
    ...guid.subarray(6, 8).toReversed(),
    ...guid.subarray(8),
  )
  const codeView: CodeView = { kind: 'elf', buildId }
  return { baseAddress, size, name, codeView }
}
