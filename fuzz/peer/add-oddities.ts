import type { SynthModule, SynthOptions } from '../../packages/minidump/dist/synth/index.js'
import type { Random } from '../random.ts'

/** What `--odd` adds to a crash: parts that few writers write, and values that none should. */
export function withOddities(random: Random, options: SynthOptions): SynthOptions {
  const os = options.systemInfo?.os
  const isMac = os === 'Mac OS X' || os === 'iOS'
  const isLinux = os === 'Linux' || os === 'Android'
  // Two of one name, and rust-minidump says the same of both.
  const modules = distinct((options.modules ?? []).map((module) => oddModule(random, module)))
  const often = (): boolean => random.below(2) === 0
  return {
    ...options,
    modules,
    ...(often() && { threads: (options.threads ?? []).map((thread) => oddThread(random, thread)) }),
    ...(random.below(4) === 0 && { timestamp: random.pick([0, 1_500_000_000, 0xffff_ffff]) }),
    ...(random.below(4) === 0 && { memory64: options.memory ?? [], memory: [], stacksInMemoryList: false }),
    ...(often() && { unloadedModules: oddUnloaded(random, options) }),
    ...(often() && { miscInfo: oddMiscInfo(random) }),
    ...(often() && { softErrors: random.pick(['[]', '[{"error":"InitErrors"}]', '{"a":[1,2.5,null]}', 'not JSON', '']) }),
    ...(os === 'Windows NT' && often() && { windows: { handles: oddHandles(random) } }),
    ...(isMac && often() && { mac: oddMac(random) }),
    ...(isLinux && often() && { linux: { ...options.linux, ...oddLinux(random) } }),
  }
}

/** What Firefox would have sent beside it. */
export function oddExtra(random: Random, modules: readonly SynthModule[]): string {
  const names = modules.map(({ name }) => name.split(/[\\/]/).at(-1) ?? '')
  const signatures = { 'Mozilla Corporation': names.slice(0, 1), 'Ünïted "Signers"': [...names.slice(1, 3), 'elsewhere.dll'], Nobody: [] }
  return JSON.stringify({
    ModuleSignatureInfo: random.pick<unknown>([JSON.stringify(signatures), signatures, 'none', 5]),
    CPUMicrocodeVersion: random.pick<unknown>(['0xde', 'de', '0x1F', 12, '']),
  })
}

function oddModule(random: Random, module: SynthModule): SynthModule {
  const { buildId, pdb, ...rest } = module
  const named = random.below(3) === 0 ? { ...rest, name: random.pick(oddNames) } : rest
  const kind = random.below(8)
  if (kind === 0) return { ...named, codeView: { kind: 'elf', buildId: Uint8Array.of(1, 2, 3) } }
  if (kind === 1) return { ...named, codeView: { kind: 'elf', buildId: new Uint8Array(20) } }
  if (kind === 2) {
    const age = random.pick([0, 1, 0xffff_ffff])
    return { ...named, codeView: { kind: 'pdb20', offset: 0, timestamp: 0x12345678, age, fileName: 'old.pdb' } }
  }
  if (kind === 3) return { ...named, pdb: { guid: '0'.repeat(32), age: 0, fileName: random.pick(oddNames) } }
  if (kind === 4)
    return { ...named, codeView: { kind: 'unknown', signature: 0x41414141, bytes: Uint8Array.of(65, 65, 65, 65, 1, 2, 3, 4) } }
  return {
    ...named,
    ...(buildId !== undefined && { buildId }),
    ...(pdb !== undefined && { pdb: { ...pdb, age: random.pick([pdb.age, 0xffff_ffff, 0]) } }),
  }
}

function distinct(modules: readonly SynthModule[]): SynthModule[] {
  const seen = new Set<string>()
  return modules.map((module, i) => {
    const leaf = module.name.slice(Math.max(module.name.lastIndexOf('/'), module.name.lastIndexOf('\\')) + 1)
    const name = seen.has(leaf) ? `${module.name}${i}` : module.name
    seen.add(leaf)
    return { ...module, name }
  })
}

const oddNames = [
  '',
  'C:\\',
  '/usr/lib/',
  '/',
  'a:b',
  'C:\\Users\\Zoë\\mod 1.dll',
  '/system/framework/x.odex (deleted)',
  '\\\\server\\share\\x.dll',
  'C:/mixed\\slashes/name.DLL',
  '/data/app/base.apk!/lib/arm64-v8a/libx.so',
  'linux-gate.so',
  '名前.so',
  'C:\\x\\name.with.dots.exe',
  ' ',
  '[vdso]',
  'trailing space ',
  'tab\there.so',
] as const

type Thread = NonNullable<SynthOptions['threads']>[number]

function oddThread(random: Random, thread: Thread): Thread {
  const name = random.pick(['', ' ', 'a\nb', 'x'.repeat(300), '\u{1f525}', 'Thread\u0001'])
  return { ...thread, ...(random.below(2) === 0 && { name }) }
}

function oddUnloaded(random: Random, { modules = [] }: SynthOptions): NonNullable<SynthOptions['unloadedModules']> {
  const near = modules[0]?.baseAddress ?? 0x40_0000n
  return Array.from({ length: random.below(6) }, (_, i) => ({
    baseAddress: random.pick([near, near + 0x8000n, near + 0x80_0000n, near + 0x80_4000n, 0n]),
    // One of size 0, and rust-minidump drops all.
    size: random.pick([1, 0x4000, 0x10000, 0xffff_ffff]),
    checksum: random.below(5),
    timestamp: random.pick([0, 0x5f00_0000, 0xffff_ffff]),
    name: random.pick(['', 'x.dll', 'с.dll', `old${i % 2}.dll`]),
  }))
}

function oddMiscInfo(random: Random): NonNullable<SynthOptions['miscInfo']> {
  return {
    flags: random.pick([0, 1, 2, 3, 0xffff_ffff]),
    processId: random.pick([0, 1, 0xffff_ffff]),
    processCreateTime: random.pick([0, 1, 1_599_999_000, 1_700_000_000, 0xffff_ffff]),
  }
}

function oddHandles(random: Random): NonNullable<NonNullable<SynthOptions['windows']>['handles']> {
  return Array.from({ length: random.below(4) }, (_, i) => ({
    handle: BigInt(4 * i + 4),
    ...(random.below(3) > 0 && { typeName: random.pick(['File', '', 'Événement']) }),
    ...(random.below(3) > 0 && { objectName: random.pick(['\\Device\\Harddisk', '']) }),
    attributes: random.below(8),
    grantedAccess: random.pick([0, 0x1f0003, 0xffff_ffff]),
    handleCount: random.below(3),
    pointerCount: random.below(70000),
  }))
}

function oddMac(random: Random): NonNullable<SynthOptions['mac']> {
  // Of records of two versions rust-minidump reads none.
  const version = random.pick([4n, 5n])
  const record = () => ({
    version,
    thread: BigInt(random.below(5)),
    dialogMode: BigInt(random.below(2)),
    abortCause: BigInt(random.pick([0, 7])),
    modulePath: random.pick(['/usr/lib/system/libsystem_c.dylib', '']),
    message: random.pick(['abort() called', '', 'über "x"']),
    signatureString: random.pick(['', 'sig']),
    backtrace: random.pick(['', '0 x\n1 y']),
    message2: random.pick(['', 'second']),
  })
  return {
    ...(random.below(4) > 0 && { crashInfo: Array.from({ length: random.below(4) }, record) }),
    ...(random.below(2) === 0 && { bootArgs: random.pick(['', '-v keepsyms=1', ' ']) }),
  }
}

function oddLinux(random: Random): NonNullable<SynthOptions['linux']> {
  return {
    ...(random.below(2) === 0 && { cpuInfo: random.pick(oddCpuInfos) }),
    ...(random.below(2) === 0 && { lsbRelease: random.pick(oddReleases) }),
    ...(random.below(2) === 0 && { limits: random.pick(oddLimits) }),
    ...(random.below(2) === 0 && { procStatus: random.pick(oddStatuses) }),
  }
}

const oddCpuInfos = [
  'processor : 0\nmicrocode : 0x1f\n',
  'microcode\t: 42\n',
  'microcode: xyz\n',
  'Processor\t: AArch64 Processor rev 4\nprocessor\t: 0\nprocessor\t: 1\n',
  '',
] as const

const oddReleases = [
  'DISTRIB_ID="Linux Mint"\nDISTRIB_RELEASE=21\n',
  'NAME="Arch Linux"\nID=arch\nPRETTY_NAME="Arch Linux"\nBUILD_ID=rolling\n',
  'ID=fedora\nVERSION_ID=40\nVERSION_CODENAME=""\nPRETTY_NAME="Fedora Linux 40"\n',
  '=\nDISTRIB_ID\nDISTRIB_ID==\n',
  'DISTRIB_ID=Ubuntu\r\nDISTRIB_CODENAME= focal \n',
  '',
] as const

const oddLimits = [
  'Limit                     Soft Limit           Hard Limit           Units     \nMax cpu time              unlimited            unlimited            seconds   \nMax open files            1024                 1048576              files     \nMax nice priority         0                    0                    \n',
  'Limit  Soft Limit  Hard Limit  Units\nMax processes  12x  99999999999999999999999  processes\n',
  'nonsense\n',
  '',
] as const

const oddStatuses = ['Name:\ta b\nPid:\t0\n', 'Pid: 77\nTgid:\t78\n', 'Pid:\tx\n', ''] as const
