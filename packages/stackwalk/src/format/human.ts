import { leafName } from '@crashkeep/minidump'
import { formatHex } from '../address.ts'
import type { MacCrashInfoRecord, ProcessedCrash, ProcessedModule, ProcessedThread } from '../processed-crash.ts'
import { crashDetail } from '../text-detail.ts'
import { crashFacts } from './human-crash.ts'
import { formatFrames } from './human-frames.ts'

export interface HumanOptions {
  /** Only what happened and the crashing thread. */
  readonly brief?: boolean
}

/** The text form of rust-minidump, and at its end what Crashkeep knows more: annotations and problems. */
export function formatHuman(crash: ProcessedCrash, options: HumanOptions = {}): string {
  const parts = [head(crash), crashText(crash), crashingThread(crash)]
  if (options.brief !== true) {
    parts.push(otherThreads(crash), loadedModules(crash), unloadedModules(crash), unreadStreams(crash), softErrors(crash), additions(crash))
  }
  return parts.join('')
}

function head({ system_info: system, lsb_release: lsb }: ProcessedCrash): string {
  const lines = [
    `Operating system: ${system.os}`,
    `                  ${system.os_ver}`,
    `CPU: ${system.cpu_arch}`,
    ...(system.cpu_info === null ? [] : [`     ${system.cpu_info}`]),
    `     ${system.cpu_count} CPU${system.cpu_count > 1 ? 's' : ''}`,
    ...(lsb === null ? [] : [`Linux ${lsb.id} ${lsb.release} - ${lsb.codename} (${lsb.description})`]),
  ]
  return `${lines.join('\n')}\n\n`
}

function crashText(crash: ProcessedCrash): string {
  const { crash_info: info } = crash
  const lines = info.type === null ? ['No crash'] : crashFacts(info)
  if (info.assertion !== null) lines.push(`Assertion: ${info.assertion}`)
  lines.push(...macLines(crash))
  lines.push(`Process uptime: ${crash.process_uptime === null ? 'not available' : `${crash.process_uptime} seconds`}`, '')
  if (crash.linux_memory_map_count !== null) lines.push(`Linux memory map count: ${crash.linux_memory_map_count}`, '')
  return `${lines.join('\n')}\n`
}

function macLines({ mac_crash_info: info, mac_boot_args: bootArguments }: ProcessedCrash): string[] {
  const records = (info?.records ?? []).flatMap((record, index) => [`  Record ${index}`, ...macRecordLines(record)])
  return [
    ...(info === null ? [] : ['Mac Crash Info:', ...records, '']),
    ...(bootArguments === null ? [] : [`Mac Boot Args: ${bootArguments}`, '']),
  ]
}

function macRecordLines(record: MacCrashInfoRecord): string[] {
  const hex = (value: string | null) => (value === null ? null : formatHex(BigInt(value)))
  const values: [title: string, value: string | null][] = [
    ['thread', hex(record.thread)],
    ['dialog mode', hex(record.dialog_mode)],
    ['abort_cause', hex(record.abort_cause)],
    ['module', record.module],
    ['message', record.message],
    ['signature string', record.signature_string],
    ['backtrace', record.backtrace],
    ['message2', record.message2],
  ]
  return values.flatMap(([title, value]) => (value === null ? [] : [`    ${title}: ${value}`]))
}

function crashingThread(crash: ProcessedCrash): string {
  const index = crash.crash_info.crashing_thread
  const thread = index === null ? undefined : crash.threads[index]
  if (thread === undefined || index === null) return ''
  const what = crash.crash_info.type === null ? 'requested dump, did not crash' : 'crashed'
  return `${threadHead(thread, index)} (${what}) - tid: ${thread.thread_id}\n${formatFrames(thread, crash)}\n`
}

function otherThreads(crash: ProcessedCrash): string {
  return crash.threads
    .map((thread, index) => {
      if (index === crash.crash_info.crashing_thread || crash[crashDetail]?.dumpThreads.has(index) === true) return ''
      return `${threadHead(thread, index)} - tid: ${thread.thread_id}\n${formatFrames(thread, crash)}`
    })
    .join('')
}

function threadHead(thread: ProcessedThread, index: number): string {
  return `Thread ${index} ${thread.thread_name ?? ''}`
}

function loadedModules(crash: ProcessedCrash): string {
  const main = crash.modules[0]
  const order = crash[crashDetail]?.modulesByAddress.map((index) => crash.modules[index]) ?? byAddress(crash.modules)
  const lines = order.map((module) => {
    if (module === undefined) return ''
    const isMain = main?.base_addr === module.base_addr ? '  (main)' : ''
    return `${addressRange(module)}  ${module.filename}  ${module.version ?? '???'}${isMain}${signedBy(module)}\n`
  })
  return `\nLoaded modules:\n${lines.join('')}`
}

function unloadedModules(crash: ProcessedCrash): string {
  const lines = byAddress(crash.unloaded_modules).map(
    (module) => `${addressRange(module)}  ${leafName(module.filename)}${signedBy(module)}\n`,
  )
  return `\nUnloaded modules:\n${lines.join('')}`
}

function signedBy({ cert_subject: subject }: { readonly cert_subject: string | null }): string {
  return subject === null ? '' : ` (${subject})`
}

function byAddress<T extends { readonly base_addr: string; readonly end_addr: string }>(modules: readonly T[]): T[] {
  // As numbers: on 32 bits an end may have a digit more.
  const placed = modules.map((module) => ({ module, base: BigInt(module.base_addr), end: BigInt(module.end_addr) }))
  placed.sort((a, b) => (a.base === b.base ? compare(a.end, b.end) : compare(a.base, b.base)))
  return placed.map(({ module }) => module)
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function addressRange(module: Pick<ProcessedModule, 'base_addr' | 'end_addr'>): string {
  const short = (address: bigint) => `0x${address.toString(16).padStart(8, '0')}`
  return `${short(BigInt(module.base_addr))} - ${short(BigInt(module.end_addr) - 1n)}`
}

function unreadStreams(crash: ProcessedCrash): string {
  const streams = crash[crashDetail]?.unreadStreams ?? []
  const hex = (value: number) => `0x${formatHex(value).slice(2).padStart(8, '0')}`
  const list = (title: string, lines: string[]) => (lines.length === 0 ? '' : `\n${title} streams encountered:\n${lines.join('')}`)
  const known = streams.filter((stream) => stream.name !== undefined)
  const unknown = streams.filter((stream) => stream.name === undefined)
  return [
    list(
      'Unimplemented',
      known.map(({ type, name, offset }) => `Stream ${hex(type)} ${name} (${vendor(type)}) @ ${hex(offset)}\n`),
    ),
    list(
      'Unknown',
      unknown.map(({ type, offset }) => `Stream ${hex(type)} (${vendor(type)}) @ ${hex(offset)}\n`),
    ),
  ].join('')
}

/** The upper half of a stream's type is the mark of who defined it; Microsoft keeps everything up to 0xffff. */
function vendor(type: number): string {
  if (type <= 0xffff) return 'Official'
  const mark = type >>> 16
  if (mark === 0x4767) return 'Google Extension'
  return mark === 0x4d7a ? 'Mozilla Extension' : 'Unknown Extension'
}

function softErrors(crash: ProcessedCrash): string {
  if (!Array.isArray(crash.soft_errors) || crash.soft_errors.length === 0) return ''
  return `\nSoft errors were encountered when minidump was written:\n${JSON.stringify(crash.soft_errors, undefined, 2)}\n`
}

function additions(crash: ProcessedCrash): string {
  const annotations = Object.entries(crash.annotations).map(([key, value]) => `  ${key}: ${value.replaceAll('\n', '\n    ')}\n`)
  const problems = crash.problems.map((problem) => `  ${problem.code}: ${problem.message}\n`)
  return [
    annotations.length === 0 ? '' : `\nAnnotations:\n${annotations.join('')}`,
    problems.length === 0 ? '' : `\nProblems of this dump:\n${problems.join('')}`,
  ].join('')
}
