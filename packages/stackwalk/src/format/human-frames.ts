import { leafName } from '@crashkeep/minidump'
import { formatAddress, formatHex } from '../address.ts'
import type { ProcessedCrash, ProcessedFrame, ProcessedThread } from '../processed-crash.ts'
import { crashDetail, frameDetail } from '../text-detail.ts'

const lineWidth = 80

const trustText: Readonly<Record<string, string>> = {
  context: 'given as instruction pointer in context',
  cfi: 'call frame info',
  frame_pointer: "previous frame's frame pointer",
  scan: 'stack scanning',
}

/** One entry per function: inlined calls are numbered like frames. */
export function formatFrames(thread: ProcessedThread, crash: ProcessedCrash): string {
  if (thread.frames.length === 0) return '<no frames>\n'
  const lines: string[] = []
  let number = 0
  for (const frame of thread.frames) {
    for (const call of frame.inlines ?? []) {
      const place = call.file !== null && call.line !== null ? ` [${leafName(call.file)} : ${call.line}]` : ''
      lines.push(`${numberText(number++)}  ${frame.module ?? ''}!${call.function}${place}`, '    Found by: inlining')
    }
    lines.push(`${numberText(number++)}  ${place(frame)}`, ...registerLines(frame, crash))
    lines.push(`    Found by: ${trustText[frame.trust] ?? frame.trust}`, ...argumentLines(frame))
  }
  return `${lines.join('\n')}\n`
}

function numberText(number: number): string {
  return String(number).padStart(2)
}

function place(frame: ProcessedFrame): string {
  if (frame.module === null) {
    const unloaded = (frame.unloaded_modules ?? []).map(
      ({ module, offsets }) => ` (unloaded ${module}@${offsets.map((offset) => formatHex(BigInt(offset))).join('|')})`,
    )
    return `${formatHex(BigInt(frame.offset))}${unloaded.join('')}`
  }
  if (frame.function === null) return `${frame.module} + ${formatHex(BigInt(frame.module_offset ?? 0))}`
  const name = `${frame.module}!${frame.function}`
  if (frame.file === null || frame.line === null) return `${name} + ${formatHex(BigInt(frame.function_offset ?? 0))}`
  const delta = frame[frameDetail]?.lineDelta
  return `${name} [${leafName(frame.file)} : ${frame.line}${delta === undefined ? '' : ` + ${formatHex(delta)}`}]`
}

const conventionText = { cdecl: 'cdecl [static function]', thiscall: 'windows thiscall [C++ member function]' }

function argumentLines(frame: ProcessedFrame): string[] {
  const given = frame[frameDetail]?.arguments
  if (given === undefined) return []
  const values = given.values.map(
    ({ name, value }, index) => `        arg ${index} (${name}) = ${value === undefined ? '<unknown>' : formatAddress(value, 4)}`,
  )
  return [`    Arguments (assuming ${conventionText[given.convention]})`, ...values, '']
}

function registerLines(frame: ProcessedFrame, crash: ProcessedCrash): string[] {
  const detail = crash[crashDetail]
  const known = frame[frameDetail]?.registers
  if (detail === undefined || known === undefined) return []
  const lines: string[] = []
  let line = ''
  for (const name of detail.registerOrder) {
    const value = known.get(name)
    if (value === undefined) continue
    const text = ` ${name.padStart(6)} = ${formatAddress(value, detail.pointerBytes)}`
    if (line.length + text.length > lineWidth) {
      lines.push(` ${line}`)
      line = ''
    }
    line += text
  }
  return line === '' ? lines : [...lines, ` ${line}`]
}
