import type { CpuName, OsName } from '../../packages/minidump/dist/index.js'
import { type SynthOptions, synthDump } from '../../packages/minidump/dist/synth/index.js'
import { windowsErrors } from '../../packages/stackwalk/dist/tables/windows-errors.js'
import { windowsExceptions } from '../../packages/stackwalk/dist/tables/windows-exceptions.js'
import { windowsStatus } from '../../packages/stackwalk/dist/tables/windows-status.js'
import { Random } from '../random.ts'
import type { GeneratedCrash } from './generate-crash.ts'

type Raised = Omit<NonNullable<SynthOptions['exception']>, 'threadId'>

const registers: Readonly<Partial<Record<CpuName, Readonly<Record<string, number>>>>> = {
  amd64: { rip: 0x40_1000, rsp: 0x7000 },
  x86: { eip: 0x40_1000, esp: 0x7000 },
  arm64: { pc: 0x40_1000, sp: 0x7000 },
  arm: { pc: 0x40_1000, sp: 0x7000 },
  ppc: { srr0: 0x40_1000, r1: 0x7000 },
}

const intel = { vendor: 'GenuineIntel', versionInformation: 0, featureInformation: 0 }

/** Every code that has a name, in each way in which it can come, and random ones: dumps of nothing but an exception. */
export function* generateReasons(seed: number): Generator<GeneratedCrash> {
  const random = new Random(seed)
  const crash = (os: OsName, cpu: CpuName, raised: Raised): GeneratedCrash => {
    const context = { registers: registers[cpu] ?? {} }
    const exception = { threadId: 1, address: 0x1234n, ...raised, context }
    const dump = synthDump({
      systemInfo: { os, cpu, cpuInformation: cpu === 'x86' ? intel : {} },
      threads: [{ id: 1, context }],
      exception,
    })
    return {
      title: `${os}, ${cpu}, ${JSON.stringify(raised, (_, value) => (typeof value === 'bigint' ? Number(value) : value))}`,
      dump,
      symbols: new Map(),
    }
  }
  for (const raised of windowsReasons(random)) yield crash('Windows NT', random.pick(['amd64', 'x86', 'arm64']), raised)
  for (const raised of linuxReasons()) yield crash(random.pick(['Linux', 'Android']), random.pick(['amd64', 'x86', 'arm64', 'arm']), raised)
  // Of 32-bit ARM rust-minidump knows no codes.
  for (const raised of macosReasons(random))
    yield crash(random.pick(['Mac OS X', 'iOS']), random.pick(['amd64', 'x86', 'arm64', 'ppc']), raised)
}

const accessViolation = 0xc000_0005
const inPageError = 0xc000_0006
const stackBufferOverrun = 0xc000_0409
const visualCppFacility = 0xc06d_0000

function* windowsReasons(random: Random): Generator<Raised> {
  const codes = new Set([...Object.keys(windowsExceptions).map(Number), ...codesOf(windowsStatus()), ...codesOf(windowsErrors())])
  for (const code of codes) {
    yield { code, parameters: [] }
    yield { code: inPageError, parameters: [BigInt(random.pick([0, 1, 8])), 5n, BigInt(code)] }
    yield { code: (visualCppFacility | (code & 0xffff)) >>> 0, parameters: [] }
  }
  for (let failure = 0; failure < 200; failure++) yield { code: stackBufferOverrun, parameters: [BigInt(failure)] }
  for (let i = 0; i < 1000; i++) {
    const parameters = Array.from({ length: random.below(5) }, () =>
      random.pick([0n, 1n, 8n, 2n, 0xffff_ffff_ffff_ffffn, 0xffff_ffff_c000_0005n, 0x1_0000_0000n]),
    )
    const code = random.pick([accessViolation, inPageError, stackBufferOverrun, random.below(2 ** 32)])
    yield { code, parameters, address: random.pick([0n, 0xffff_ffff_8000_1234n]) }
  }
}

function* linuxReasons(): Generator<Raised> {
  const kinds = [
    ...Array.from({ length: 20 }, (_, kind) => kind),
    0x80,
    1000,
    ...Array.from({ length: 8 }, (_, kind) => 0xffff_ffff - kind),
  ]
  for (let code = 0; code < 70; code++) for (const flags of kinds) yield { code, flags }
  yield { code: 0xffff_ffff, flags: 0 }
}

function* macosReasons(random: Random): Generator<Raised> {
  const kinds = [
    ...Array.from({ length: 70 }, (_, kind) => kind),
    ...Array.from({ length: 12 }, (_, kind) => 0x100 + kind),
    0x10000,
    0x10001,
    0x10002,
    0x10003,
  ]
  for (let code = 0; code < 15; code++) for (const flags of kinds) yield { code, flags }
  for (const code of [0x4350_7378, 0x4350_6e78]) yield { code, flags: 0 }
  for (let i = 0; i < 2000; i++) {
    const flavor = BigInt(random.below(8)) << 58n
    const guard = BigInt(2 ** random.below(20)) << 32n
    const packed = () =>
      random.pick([0n, 1n, flavor | BigInt(random.below(2 ** 31)), guard | BigInt(random.below(2 ** 32)), 0xffff_ffff_ffff_ffffn])
    const flags = ((random.below(8) << 29) | random.below(64)) >>> 0
    yield { code: random.pick([11, 12]), flags, parameters: Array.from({ length: random.below(5) }, packed) }
  }
}

/** As `lazyCodeTable` reads them. */
function codesOf(table: string): number[] {
  let code = -1
  return table
    .split('\n')
    .slice(1)
    .map((line) => {
      const space = line.indexOf(' ')
      code = space < 0 ? code + 1 : Number.parseInt(line.slice(0, space), 16)
      return code
    })
}
