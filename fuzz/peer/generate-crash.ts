import { bytesSource, readMinidump } from '../../packages/minidump/dist/index.js'
import { type SynthModule, type SynthOptions, stack, synthDump } from '../../packages/minidump/dist/synth/index.js'
import { symbolPath } from '../../packages/symbols/dist/index.js'
import { Random } from '../random.ts'
import { oddExtra, withOddities } from './add-oddities.ts'
import { generateSymbols } from './generate-symbols.ts'
import { type Platform, platforms, pointerBytes } from './platforms.ts'

export interface GeneratedCrash {
  readonly title: string
  readonly dump: Uint8Array
  /** By path in a folder of symbols. */
  readonly symbols: ReadonlyMap<string, string>
  /** For `--evil-json`. */
  readonly extra?: string
}

const moduleBytes = 0x10000
const pageBytes = 0x1000

/** A crash as no program has one, but with everything where programs have it: the same seed makes the same. */
export function generateCrash(seed: number, cpu?: string, isOdd = false): GeneratedCrash {
  const random = new Random(seed)
  const known = platforms.filter((one) => cpu === undefined || one.cpu === cpu)
  const platform = known[random.below(known.length)] ?? platforms[0]
  const os = random.pick(platform.oses)
  const place = new AddressSpace(random, platform)
  const modules = Array.from({ length: 1 + random.below(5) }, (_, i) => generateModule(random, place, os, i))
  const threads = Array.from({ length: 1 + random.below(5) }, (_, i) => generateThread(random, place, i))
  const crashing = 1 + random.below(threads.length + (random.below(10) === 0 ? 1 : 0))
  const context = random.below(8) === 0 ? undefined : generateContext(random, place, crashing - 1)
  const plain: SynthOptions = {
    systemInfo: {
      cpu: platform.cpu,
      os,
      major: random.below(20),
      minor: random.below(9),
      build: random.below(30000),
      cpuInformation: cpuInformation(platform),
      csdVersion: random.pick(['', 'Service Pack 2', 'Linux 5.4.0-42 #46 SMP x86_64', '22G74']),
    },
    modules,
    threads,
    ...(random.below(12) > 0 && {
      exception: {
        threadId: crashing,
        code: random.pick(
          os === 'Windows NT'
            ? [0xc0000005, 0xc0000005, 0x80000003, 0xc0000409, 0xe06d7363, 0xc00000fd, 0xc0000094]
            : os === 'Mac OS X' || os === 'iOS'
              ? [1, 3, 5, 6, 11, 12]
              : [11, 6, 8, 7, 4, 5],
        ),
        flags: random.pick([0, 1, 2, 13, 0x80, 0x105]),
        address: place.anyAddressBut(context?.registers[platform.pc]),
        parameters: [BigInt(random.pick([0, 1, 8])), place.anyAddressBut(context?.registers[platform.pc])],
        ...(context !== undefined && { context }),
      },
    }),
    ...(random.below(3) === 0 && {
      miscInfo: {
        flags: random.pick([1, 2, 3, 0x3f7]),
        processId: random.below(70000),
        processCreateTime: 1_600_000_000 - random.below(9000) + 100,
      },
    }),
    ...(random.below(3) === 0 && {
      unloadedModules: Array.from({ length: 1 + random.below(4) }, (_, i) => ({
        baseAddress: place.unmapped(),
        size: 0x1000 * (1 + random.below(16)),
        checksum: 0,
        timestamp: random.below(2 ** 31),
        name: random.pick(['gone.dll', `old${i}.so`]),
      })),
    }),
    ...(random.below(5) === 0 && {
      breakpadInfo: {
        dumpThreadId: 1 + random.below(threads.length + 1),
        ...(random.below(3) > 0 && { requestingThreadId: 1 + random.below(threads.length) }),
      },
    }),
    ...(os === 'Windows NT' && random.below(2) === 0 && { memoryInfo: place.regions() }),
    ...((os === 'Linux' || os === 'Android') && random.below(2) === 0 && { linux: place.linuxStreams() }),
    memory: [
      ...place.code(context?.registers[platform.pc] ?? threads[crashing - 1]?.context?.registers[platform.pc]),
      ...place.environmentBlocks(threads.map(({ tebAddress }) => tebAddress ?? 0n)),
    ],
    stacksInMemoryList: random.below(4) > 0,
  }
  const options = isOdd ? withOddities(random, plain) : plain
  const dump = synthDump(options)
  return {
    title: `seed ${seed}, ${platform.cpu}, ${os}`,
    dump,
    symbols: symbolsOf(random, platform, dump, os),
    ...(isOdd && random.below(2) === 0 && { extra: oddExtra(random, options.modules ?? []) }),
  }
}

function cpuInformation({ cpu }: Platform): NonNullable<SynthOptions['systemInfo']>['cpuInformation'] & object {
  if (cpu === 'x86') return { vendor: 'GenuineIntel', versionInformation: 0x806ea, featureInformation: 0xbfebfbff }
  return cpu === 'arm' ? { armCpuId: 0x410fc0f0, armHwcaps: 0xffff } : {}
}

function symbolsOf(random: Random, platform: Platform, dump: Uint8Array, os: string): Map<string, string> {
  const files = new Map<string, string>()
  const system = os === 'Windows NT' ? 'windows' : os === 'Mac OS X' || os === 'iOS' ? 'mac' : 'Linux'
  for (const module of readMinidump(bytesSource(dump)).modules) {
    const [path] = symbolPath(module)
    // Without an id of its debug file rust-minidump looks for nothing.
    if (path === undefined || module.debugId === undefined || random.below(4) === 0) continue
    files.set(
      path,
      generateSymbols(random, platform, `MODULE ${system} ${platform.symbolCpu} ${module.debugId} ${module.debugFile}`, module.size),
    )
  }
  return files
}

function generateModule(random: Random, place: AddressSpace, os: string, index: number): SynthModule {
  const base = { baseAddress: place.addModule(), size: moduleBytes, timestamp: random.below(2 ** 31) }
  const id = (index + 1).toString(16).padStart(2, '0')
  if (os === 'Windows NT') {
    const version = {
      valid: true,
      fileVersionHigh: 0x10002,
      fileVersionLow: random.below(2 ** 31),
      productVersionHigh: 0,
      productVersionLow: 0,
      fileFlagsMask: 0,
      fileFlags: 0,
      fileOs: 0,
      fileType: 0,
      fileSubtype: 0,
      fileDateHigh: 0,
      fileDateLow: 0,
    }
    const pdb = {
      guid: `${id.repeat(16)}`,
      age: 1 + random.below(20),
      fileName: random.pick([`mod${index}.pdb`, `C:\\build\\mod${index}.pdb`]),
    }
    return {
      ...base,
      name: `C:\\Program Files\\App\\mod${index}.dll`,
      ...(random.below(2) === 0 && { versionInfo: version }),
      ...(random.below(8) > 0 && { pdb }),
    }
  }
  if (os === 'Mac OS X' || os === 'iOS')
    return { ...base, name: `/usr/lib/mod${index}.dylib`, pdb: { guid: id.repeat(16), age: 0, fileName: `mod${index}.dylib` } }
  return {
    ...base,
    name: random.pick([`/usr/lib/libmod${index}.so`, `/data/app/lib mod${index}.so.1.2`]),
    ...(random.below(8) > 0 && { buildId: id.repeat(20) }),
  }
}

function generateThread(random: Random, place: AddressSpace, index: number): NonNullable<SynthOptions['threads']>[number] {
  return {
    id: index + 1,
    ...(random.below(3) === 0 && { name: random.pick(['main', 'Worker #1', 'нить']) }),
    ...(random.below(10) > 0 && { context: generateContext(random, place, index) }),
    ...(random.below(15) > 0 && { stack: place.stack(index) }),
    tebAddress: random.below(2) === 0 ? 0n : place.tebAddress(index),
  }
}

function generateContext(random: Random, place: AddressSpace, thread: number): { registers: Record<string, bigint> } {
  const { platform } = place
  const registers: Record<string, bigint> = {}
  for (const name of platform.others) registers[name] = place.word(thread)
  registers[platform.pc] = random.below(10) > 0 ? place.codeAddress() : place.word(thread)
  registers[platform.sp] = random.below(20) > 0 ? place.stackAddress(thread, random.below(40)) : place.word(thread)
  registers[platform.fp] = random.below(3) > 0 ? place.recordAddress(thread) : place.word(thread)
  return { registers }
}

/** Where modules, stacks and the rest are, and what points to what. */
class AddressSpace {
  readonly platform: Platform
  readonly #random: Random
  readonly #pointer: number
  readonly #base: number
  readonly #stackBase: number
  readonly #modules: number[] = []
  readonly #words = 100 + 0
  readonly #records = new Map<number, number[]>()

  constructor(random: Random, platform: Platform) {
    this.platform = platform
    this.#random = random
    this.#pointer = pointerBytes(platform)
    this.#base =
      this.#pointer === 8 ? random.pick([0x7f10_0000_0000, 0x1_0000_0000, 0x7ff6_0000_0000]) : random.pick([0x40_0000, 0x4000_0000])
    this.#stackBase = this.#pointer === 8 ? random.pick([0x7ffe_0000_0000, 0x70_0000_0000]) : 0x7e00_0000
    this.#words = 60 + random.below(400)
  }

  addModule(): bigint {
    const last = this.#modules.at(-1)
    const at = last === undefined ? this.#base : last + moduleBytes + this.#random.below(3) * moduleBytes
    this.#modules.push(at)
    return BigInt(at)
  }

  unmapped(): bigint {
    return BigInt(this.#base + 0x80_0000 + this.#random.below(8) * 0x4000)
  }

  codeAddress(): bigint {
    const at = this.#modules[this.#random.below(this.#modules.length)] ?? this.#base
    return BigInt(at + this.#random.below(moduleBytes))
  }

  stackAddress(thread: number, word: number): bigint {
    return BigInt(this.#stackBase + thread * 0x10_0000 + word * this.#pointer)
  }

  /** Of a pair of frame pointer and return address on this thread's stack. */
  recordAddress(thread: number): bigint {
    const records = this.#recordsOf(thread)
    return this.stackAddress(thread, records[this.#random.below(Math.min(4, records.length))] ?? 0)
  }

  tebAddress(thread: number): bigint {
    return BigInt(this.#stackBase + 0x800_0000 + thread * 0x4000)
  }

  /** Not the instruction's own: then rust-minidump blames its operands, and we do not. */
  anyAddressBut(pc: bigint | undefined): bigint {
    const address = this.#anyAddress()
    return address === pc ? address + 8n : address
  }

  #anyAddress(): bigint {
    const random = this.#random
    return random.pick<() => bigint>([
      () => 0n,
      () => BigInt(random.below(0x1000)),
      () => this.codeAddress(),
      () => this.stackAddress(0, random.below(this.#words)),
      () => this.unmapped(),
    ])()
  }

  /** What a stack or a register may hold. */
  word(thread: number): bigint {
    const random = this.#random
    const kind = random.below(12)
    if (kind < 4) return 0n
    if (kind < 6) return this.codeAddress()
    if (kind < 8) return this.stackAddress(thread, random.below(this.#words + 4))
    if (kind === 8) return this.unmapped() + BigInt(random.below(0x8000))
    if (kind === 9) return BigInt(random.below(0x2000))
    if (kind === 10) return this.#pointer === 8 ? BigInt(random.below(2 ** 31)) << 33n : BigInt(random.below(2 ** 31))
    return BigInt.asUintN(8 * this.#pointer, -1n - BigInt(random.below(3)))
  }

  stack(thread: number): { startAddress: bigint; bytes: Uint8Array } {
    const words = Array.from({ length: this.#words }, () => this.word(thread))
    const records = this.#recordsOf(thread)
    for (const [i, at] of records.entries()) {
      const next = records[i + 1]
      words[at] = next === undefined ? 0n : this.stackAddress(thread, next)
      const signature = this.platform.cpu === 'arm64' && this.#random.below(4) === 0 ? 0x0012_0000_0000_0000n << 4n : 0n
      words[at + 1] = this.codeAddress() | signature
    }
    return stack(this.stackAddress(thread, 0), words, { pointerBytes: this.#pointer === 8 ? 8 : 4 })
  }

  #recordsOf(thread: number): number[] {
    const known = this.#records.get(thread)
    if (known !== undefined) return known
    const records: number[] = []
    const even = this.#pointer === 8 ? 2 : 1
    for (let at = 4 + this.#random.below(10) * even; at + 2 < this.#words; at += 2 + this.#random.below(12) * even) records.push(at)
    this.#records.set(thread, records)
    return records
  }

  regions(): {
    baseAddress: bigint
    allocationBase: bigint
    allocationProtection: number
    size: bigint
    state: number
    protection: number
    type: number
  }[] {
    const region = (at: number, size: number, protection: number) => ({
      baseAddress: BigInt(at),
      allocationBase: BigInt(at),
      allocationProtection: protection,
      size: BigInt(size),
      state: 0x1000,
      protection,
      type: 0x20000,
    })
    const modules = this.#modules.map((at) => region(at, moduleBytes, 0x20))
    return [
      ...modules,
      region(this.#stackBase, 0x10_0000, 4),
      region(this.#stackBase - 2 * pageBytes, pageBytes, 0x104),
      region(this.#stackBase + 0x10_0000, pageBytes, 1),
    ]
  }

  linuxStreams(): NonNullable<SynthOptions['linux']> {
    const line = (at: number, size: number, rest: string) => `${at.toString(16)}-${(at + size).toString(16)} ${rest}\n`
    return {
      maps: [
        ...this.#modules.map((at) => line(at, moduleBytes, 'r-xp 00000000 08:01 42 /lib/x.so')),
        line(this.#stackBase, 0x10_0000, 'rw-p 00000000 00:00 0 [stack]'),
        line(this.#stackBase - pageBytes, pageBytes, '---p 00000000 00:00 0 '),
      ].join(''),
      cpuInfo: 'processor\t: 0\nmodel name\t: Intel(R) Core(TM) i7\nmicrocode\t: 0xde\n\nprocessor\t: 1\n',
      lsbRelease: 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=20.04\nDISTRIB_CODENAME=focal\nDISTRIB_DESCRIPTION="Ubuntu 20.04 LTS"\n',
      procStatus: 'Name:\tapp\nPid:\t4242\n',
    }
  }

  /** Instructions at the place of the crash. */
  code(pc: bigint | number | undefined): { startAddress: bigint; bytes: Uint8Array }[] {
    if (pc === undefined || this.#random.below(3) === 0) return []
    const instructions = [
      '488b07',
      '8b0425',
      '0f0b',
      'cc',
      'c3',
      'e800000000',
      'ff5010',
      '488945f8',
      'f7f1',
      'ebfe',
      '50',
      '5d',
      '890418',
      '0f2800',
      'c60000',
    ] as const
    const bytes = Buffer.concat([Buffer.from(this.#random.pick(instructions), 'hex'), Buffer.alloc(12, 0x90)])
    return [{ startAddress: BigInt(pc), bytes: new Uint8Array(bytes) }]
  }

  /** Of Windows: the last error is in there. */
  environmentBlocks(addresses: readonly bigint[]): { startAddress: bigint; bytes: Uint8Array }[] {
    return addresses.flatMap((startAddress) => {
      if (startAddress === 0n || this.#random.below(2) === 0) return []
      const bytes = new Uint8Array(0x100)
      new DataView(bytes.buffer).setUint32(
        this.#pointer === 8 ? 0x68 : 0x34,
        this.#random.pick([0, 2, 5, 0x7e, 0xc0000005, 12345678]),
        true,
      )
      return [{ startAddress, bytes }]
    })
  }
}
