import type { CrashpadInfo } from '../streams/crashpad-info.ts'
import { type CpuName, cpuNames, type OsName, osNames, type SystemInfo } from '../streams/system-info.ts'
import type { DumpContents, ModuleContents } from '../write/dump-contents.ts'
import { writeMinidump } from '../write/write-minidump.ts'

/** A module by what tests care about; `buildId` (hexadecimal) and `pdb` stand for the CodeView record. */
export interface SynthModule extends ModuleContents {
  readonly buildId?: string
  readonly pdb?: { readonly guid: string; readonly age: number; readonly fileName: string }
}

export interface SynthOptions extends Omit<DumpContents, 'systemInfo' | 'modules' | 'crashpad'> {
  /** Defaults to Linux on amd64. `null`: no such stream. */
  readonly systemInfo?: Partial<SystemInfo> | null
  readonly modules?: readonly SynthModule[]
  readonly crashpad?: Partial<CrashpadInfo>
  /** Stacks of threads go into the memory list too, as real writers have it, unless this is false. */
  readonly stacksInMemoryList?: boolean
}

/** A minidump built from the few things a test is about. Little-endian, of Linux on amd64, written at 2020-09-13T12:26:40Z unless told. */
export function synthDump(options: SynthOptions = {}): Uint8Array<ArrayBuffer> {
  const { systemInfo, modules, crashpad, memory, stacksInMemoryList = true, ...rest } = options
  const stacks = stacksInMemoryList ? (options.threads ?? []).flatMap(({ stack }) => (stack === undefined ? [] : [stack])) : []
  const ranges = [...(memory ?? []), ...stacks]
  return writeMinidump({
    timestamp: 1_600_000_000,
    ...rest,
    ...(systemInfo !== null && { systemInfo: synthSystem(systemInfo ?? {}) }),
    ...(modules !== undefined && { modules: modules.map(synthModule) }),
    ...((memory !== undefined || ranges.length > 0) && { memory: ranges }),
    ...(crashpad !== undefined && { crashpad: synthCrashpad(crashpad) }),
  })
}

function synthSystem(given: Partial<SystemInfo>): SystemInfo {
  const cpu = given.cpu ?? cpuNames.get(given.cpuRaw ?? -1) ?? 'amd64'
  const os = given.os ?? osNames.get(given.osRaw ?? -1) ?? 'Linux'
  return {
    cpu,
    cpuRaw: architectureOf(cpu),
    processorLevel: 6,
    processorRevision: 0x8e0a,
    processorCount: 4,
    os,
    osRaw: platformOf(os),
    productType: 1,
    major: 0,
    minor: 0,
    build: 0,
    csdVersion: '',
    suiteMask: 0,
    cpuInformation: {},
    ...given,
  }
}

function architectureOf(name: CpuName): number {
  return keyOf(cpuNames, name)
}

function platformOf(name: OsName): number {
  return keyOf(osNames, name)
}

/** 0xffff is PROCESSOR_ARCHITECTURE_UNKNOWN, and nobody's platform. */
function keyOf<T>(names: ReadonlyMap<number, T>, wanted: T): number {
  for (const [key, name] of names) if (name === wanted) return key
  return 0xffff
}

function synthModule({ buildId, pdb, ...module }: SynthModule): ModuleContents {
  if (buildId !== undefined) return { ...module, codeView: { kind: 'elf', buildId: fromHex(buildId) } }
  return pdb === undefined ? module : { ...module, codeView: { kind: 'pdb70', ...pdb } }
}

function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function synthCrashpad(given: Partial<CrashpadInfo>): CrashpadInfo {
  const noId = '00000000-0000-0000-0000-000000000000'
  return { version: 1, reportId: noId, clientId: noId, annotations: new Map(), modules: [], ...given }
}
