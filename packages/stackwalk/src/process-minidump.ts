import { leafName, type Minidump, parseLinuxMaps, type SystemInfo, type Thread } from '@crashkeep/minidump'
import type { SymbolSupplier } from '@crashkeep/symbols'
import { formatAddress } from './address.ts'
import type { InstructionDecoder } from './analysis/decoder.ts'
import { crashInfo } from './crash-info.ts'
import { contextOf, threadRoles } from './crashing-thread.ts'
import { crashpadAnnotations } from './crashpad-annotations.ts'
import { StackwalkError } from './errors.ts'
import { noSenderFacts, type SenderFacts } from './extra-json.ts'
import { functionArguments } from './function-arguments.ts'
import { defaultTimeBudgetMs, maxFramesPerDump, maxFramesPerThread } from './limits.ts'
import { ModuleMap } from './module-map.ts'
import { ModuleSymbolsCache } from './module-symbols-cache.ts'
import type { CrashingThread, ProcessedCrash, ProcessedFrame, ProcessedProblem, ProcessedThread } from './processed-crash.ts'
import { ProcessedFrames } from './processed-frames.ts'
import { processedModules, processedUnloadedModules } from './processed-modules.ts'
import { macCrashInfo, processedHandles } from './processed-streams.ts'
import { windowsErrorText } from './reason/windows.ts'
import { pointerBytes, registerBytes } from './register-set.ts'
import { softErrors } from './soft-errors.ts'
import { describeSystem, lsbRelease, processIdOfStatus, processLimits } from './system-info.ts'
import { crashDetail } from './text-detail.ts'
import { TrustDetails } from './trust-detail.ts'
import { unreadStreams } from './unread-streams.ts'
import { unwinders } from './walk/unwinders.ts'
import type { DumpWalk } from './walk/walk.ts'
import { walkThreads } from './walk/walk-threads.ts'

export interface ProcessOptions {
  /** Without one, every stack is walked by frame pointers and scanning and has no function names. */
  readonly symbols?: SymbolSupplier | undefined
  /** Without one nothing is said about the crashing instruction. `@crashkeep/stackwalk/iced` has one. */
  readonly decoder?: InstructionDecoder | undefined
  /** What the sender told beside the dump; `parseExtraJson` reads it from Firefox's annotations. */
  readonly sender?: SenderFacts | undefined
  /** Guess what functions of 32-bit x86 were called with; the text form shows it. */
  readonly recoverArguments?: boolean | undefined
  readonly maxFramesPerThread?: number
  readonly maxFramesPerDump?: number
  /** After this long the remaining threads show their innermost frame only. */
  readonly timeBudgetMs?: number
  /** Milliseconds; what the time budget is measured with. */
  readonly now?: () => number
}

/**
 * Walks every stack of a dump and says what happened. Ends in bounded time and memory for every input; whatever had to be left out is
 * in `problems`. Throws {@link StackwalkError} only for a dump without system information or without a thread list.
 */
export function processMinidump(dump: Minidump, options: ProcessOptions = {}): ProcessedCrash {
  const { systemInfo: system, threads } = dump
  if (system === undefined) {
    throw new StackwalkError('missing_system_info', 'The dump does not say which system and processor it is from, so it cannot be walked.')
  }
  if (threads === undefined) {
    throw new StackwalkError('missing_thread_list', 'The dump has no list of threads, so there is no stack to walk.')
  }
  const width = pointerBytes(system.cpu)
  const sender = options.sender ?? noSenderFacts
  const roles = threadRoles(dump, threads)
  const symbols = new ModuleSymbolsCache(dump.modules, options.symbols)
  const walk = dumpWalk(dump, system, symbols)
  const problems: ProcessedProblem[] = [...dump.problems]
  const processed = processThreads(dump, threads, roles, walk, options, problems)
  problems.push(...symbolProblems(dump, symbols))
  const crashing = crashingThread(dump, threads, roles.crashing, processed)
  const created = dump.miscInfo?.processCreateTime
  const context = dump.exception?.context ?? threads.find((thread) => thread.context !== undefined)?.context
  return {
    status: 'OK',
    system_info: describeSystem(dump, system, sender),
    crash_info: crashInfo(dump, system, roles.crashing, options.decoder),
    ...(crashing !== undefined && { crashing_thread: crashing }),
    handles: processedHandles(dump),
    linux_memory_map_count: dump.linux.maps === undefined ? null : parseLinuxMaps(dump.linux.maps).length,
    lsb_release: lsbRelease(dump.linux.lsbRelease),
    mac_boot_args: dump.mac.bootArgs ?? null,
    mac_crash_info: macCrashInfo(dump, width),
    main_module: 0,
    modules: processedModules(dump.modules, symbols, width, sender.certificates),
    modules_contains_cert_info: sender.certificates.size > 0,
    pid: dump.miscInfo === undefined ? processIdOfStatus(dump.linux.procStatus) : (dump.miscInfo.processId ?? null),
    proc_limits: processLimits(dump.linux.limits),
    process_uptime: created === undefined ? null : Math.max(0, dump.timestamp - created),
    soft_errors: softErrors(dump, problems),
    thread_count: threads.length,
    threads: processed,
    unloaded_modules: processedUnloadedModules(dump.unloadedModules, width, sender.certificates),
    annotations: crashpadAnnotations(dump.crashpad),
    problems,
    [crashDetail]: {
      pointerBytes: width,
      registerOrder: [...(context?.registers.keys() ?? [])],
      dumpThreads: roles.dumpWriters,
      modulesByAddress: walk.modules.byAddress,
      unreadStreams: unreadStreams(dump.streams),
      osVersion: `${system.major}.${system.minor}.${system.build} ${system.csdVersion}`,
      exception: dump.exception && { code: dump.exception.code, flags: dump.exception.flags },
    },
  }
}

function dumpWalk(dump: Minidump, system: SystemInfo, symbols: ModuleSymbolsCache): DumpWalk {
  const modules = new ModuleMap(dump.modules)
  const last = dump.modules[modules.byAddress.at(-1) ?? -1]
  return {
    isWindows: system.os === 'Windows NT',
    isIos: system.os === 'iOS',
    modules,
    symbols,
    highestModuleEnd: last === undefined ? 0n : last.baseAddress + BigInt(last.size),
    addressBits: addressBits(dump.crashpad?.addressMask),
    places: new Map(),
    cfiRules: new Map(),
  }
}

/**
 * Crashpad's mask has the bits that are no address, from the top one down; a mask of the bits that are one is understood as well.
 * Zero: the writer does not know.
 */
function addressBits(mask: bigint | undefined): bigint | undefined {
  if (mask === undefined || mask === 0n) return undefined
  return (mask & 1n) === 1n ? mask : ~mask & 0xffff_ffff_ffff_ffffn
}

function processThreads(
  dump: Minidump,
  threads: readonly Thread[],
  roles: ReturnType<typeof threadRoles>,
  walk: DumpWalk,
  options: ProcessOptions,
  problems: ProcessedProblem[],
): ProcessedThread[] {
  const now = options.now ?? Date.now
  const deadline = now() + (options.timeBudgetMs ?? defaultTimeBudgetMs)
  const width = dump.systemInfo === undefined ? 8 : pointerBytes(dump.systemInfo.cpu)
  const converter = new ProcessedFrames(dump, width, new TrustDetails(walk, stackPointerName(dump), width))
  const frames = threads.map((): ProcessedFrame[] => [])
  const limits = {
    framesPerThread: options.maxFramesPerThread ?? maxFramesPerThread,
    framesPerDump: options.maxFramesPerDump ?? maxFramesPerDump,
    isOutOfTime: () => now() > deadline,
  }
  const recoversArguments = options.recoverArguments === true && dump.systemInfo?.cpu === 'x86'
  const walkProblems = walkThreads(dump, threads, roles, walk, limits, (index, walked) => {
    frames[index] = walked.map((frame, at) => {
      const given = recoversArguments ? functionArguments(dump, walked, at) : undefined
      return converter.frame(frame, at, walked[at - 1], given)
    })
  })
  problems.push(...walkProblems)
  if (converter.namesWereCut) {
    problems.push({ code: 'names_cut', message: 'The frames have so much text in their names that the longest names were cut.' })
  }
  return threads.map((thread, index) => ({
    frame_count: frames[index]?.length ?? 0,
    frames: frames[index] ?? [],
    last_error_value: roles.dumpWriters.has(index) ? null : lastError(dump, thread, width),
    thread_id: thread.id,
    thread_name: roles.dumpWriters.has(index) ? null : (thread.name ?? null),
  }))
}

function stackPointerName({ systemInfo }: Minidump): string {
  return systemInfo === undefined || systemInfo.cpu === 'unknown' ? '' : unwinders[systemInfo.cpu].registers.stackPointer
}

function symbolProblems(dump: Minidump, symbols: ModuleSymbolsCache): ProcessedProblem[] {
  return symbols.unreadable().map((index) => ({
    code: 'symbols_unreadable',
    message: `The symbol file of ${leafName(dump.modules[index]?.name ?? '')} could not be read to the end; frames in it may lack names.`,
  }))
}

/** GetLastError(): the 32-bit word 13 pointers into the thread's environment block. */
function lastError(dump: Minidump, thread: Thread, width: number): string | null {
  const bytes = dump.memory.read(thread.tebAddress + BigInt(13 * width), 4)
  if (bytes === undefined || bytes.length < 4) return null
  return windowsErrorText(new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, dump.littleEndian))
}

function crashingThread(
  dump: Minidump,
  threads: readonly Thread[],
  index: number | null,
  processed: readonly ProcessedThread[],
): CrashingThread | undefined {
  const source = index === null ? undefined : threads[index]
  const thread = index === null ? undefined : processed[index]
  const context = source && contextOf(dump, source, true)
  const [first, ...rest] = thread?.frames ?? []
  if (index === null || thread === undefined || context === undefined || first === undefined) return undefined
  const width = registerBytes(context.cpu)
  const values = [...context.registers].sort(([a], [b]) => (a < b ? -1 : 1))
  const registers = Object.fromEntries(values.map(([name, value]) => [name, formatAddress(value, width)]))
  // `formatJson` prints the keys of frames as they come.
  const { trust, trust_detail, unloaded_modules, ...before } = first
  return { ...thread, frames: [{ ...before, registers, trust, trust_detail, unloaded_modules }, ...rest], threads_index: index }
}
