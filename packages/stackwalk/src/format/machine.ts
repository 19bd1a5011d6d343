import { formatHex } from '../address.ts'
import type { ProcessedCrash, ProcessedFrame, ProcessedInline, ProcessedModule, ProcessedThread } from '../processed-crash.ts'
import { crashDetail, frameDetail } from '../text-detail.ts'
import { breakpadReason } from './breakpad-reason.ts'

/**
 * The lines that Breakpad's `minidump_stackwalk -m` prints: fields between bars, a blank line before the stacks. Inlined calls are frames
 * of their own, and offsets are those of return addresses.
 */
export function formatMachine(crash: ProcessedCrash): string {
  const order = crash[crashDetail]?.modulesByAddress ?? crash.modules.keys()
  const modules = [...order].flatMap((index) => {
    const module = crash.modules[index]
    return module === undefined ? [] : [moduleLine(module, index === crash.main_module)]
  })
  const crashing = crash.crash_info.crashing_thread
  const others = crash.threads.flatMap((thread, index) => (index === crashing ? [] : threadLines(thread, index, crash)))
  const first = crashing === null ? undefined : crash.threads[crashing]
  const stacks = first === undefined || crashing === null ? others : [...threadLines(first, crashing, crash), ...others]
  return [...head(crash), ...modules, '', ...stacks, ''].join('\n')
}

function head(crash: ProcessedCrash): string[] {
  const { system_info: system, crash_info: info } = crash
  const address = info.address === null ? '' : formatHex(BigInt(info.address))
  return [
    line('OS', system.os, crash[crashDetail]?.osVersion ?? system.os_ver),
    line('CPU', system.cpu_arch, system.cpu_info ?? '', system.cpu_count),
    line('GPU', '', '', ''),
    line(
      'Crash',
      info.type === null ? (info.assertion ?? 'No crash') : breakpadReason(crash, info.type),
      address,
      info.crashing_thread ?? '',
    ),
  ]
}

function moduleLine(module: ProcessedModule, isMain: boolean): string {
  const short = (address: bigint) => `0x${address.toString(16).padStart(8, '0')}`
  const last = BigInt(module.end_addr) - 1n
  // Without debug information there is no id; a build id of zeros with a file name is printed as it is.
  const debugId = module.debug_file === '' && /^0*$/.test(module.debug_id) ? '' : module.debug_id
  const range = [short(BigInt(module.base_addr)), short(last)]
  return line('Module', module.filename, module.version ?? '', module.debug_file, debugId, ...range, isMain ? 1 : 0)
}

function threadLines(thread: ProcessedThread, index: number, crash: ProcessedCrash): string[] {
  const lines: string[] = []
  for (const frame of thread.frames) {
    const delta = frame[frameDetail]?.innermostLineDelta
    for (const call of frame.inlines ?? []) lines.push(line(index, lines.length, frame.module ?? '', ...inlinePlace(call, delta)))
    lines.push(line(index, lines.length, frame.module ?? '', ...framePlace(frame, returnAddressDelta(frame, crash))))
  }
  return lines
}

/** Breakpad counts all functions at one address from the start of the innermost one's line, and the inlined ones from the call itself. */
function inlinePlace(call: ProcessedInline, delta: number | undefined): (string | number)[] {
  return [call.function, call.file ?? '', call.line ?? '', call.file === null || delta === undefined ? '' : formatHex(delta)]
}

function framePlace(frame: ProcessedFrame, delta: bigint): (string | number)[] {
  if (frame.module === null) return ['', '', '', formatHex(BigInt(frame.offset) + delta)]
  if (frame.function === null) return ['', '', '', formatHex(BigInt(frame.module_offset ?? 0) + delta)]
  if (frame.file === null) return [frame.function, '', '', formatHex(BigInt(frame.function_offset ?? 0) + delta)]
  const detail = frame[frameDetail]
  const lineDelta = detail?.innermostLineDelta ?? detail?.lineDelta
  return [frame.function, frame.file, frame.line ?? 0, lineDelta === undefined ? '' : formatHex(BigInt(lineDelta) + delta)]
}

/**
 * Breakpad prints the return address of a caller where its frame knows it, which it does on these two processors, and elsewhere the address that the frame
 * is looked up at, inside of the call.
 */
function returnAddressDelta(frame: ProcessedFrame, crash: ProcessedCrash): bigint {
  const isKnown = crash.system_info.cpu_arch === 'x86' || crash.system_info.cpu_arch === 'amd64'
  return isKnown && frame.trust !== 'context' ? 1n : 0n
}

function line(...fields: (string | number)[]): string {
  return fields.map((field) => String(field).replace(/[|\n]/g, '')).join('|')
}
