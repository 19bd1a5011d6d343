import { type Crash, type Frame, shortHex, type Thread } from './crash.ts'

/** A tracker cuts long texts; the frames that matter are at the top. */
const maxFrames = 60

/** The stack as text fit for an issue: sentence, system, one line per frame. */
export function stackText(crash: Crash, sentence: string | undefined, address: string): string {
  const thread = crash.threads[crash.crashingThread ?? 0]
  const { os, osVersion, cpu } = crash.system
  const head = [sentence ?? crash.reason ?? 'Crash', [os, osVersion, cpu].filter((part) => part !== undefined).join(' '), address]
  return `${head.filter((line) => line !== '').join('\n')}\n\n\`\`\`\n${thread === undefined ? 'No stack.' : threadText(thread)}\n\`\`\`\n`
}

export function threadText(thread: Thread): string {
  const lines = thread.frames.slice(0, maxFrames).flatMap(frameLines)
  if (thread.frames.length > maxFrames) lines.push(`… ${thread.frames.length - maxFrames} more`)
  return lines.join('\n')
}

function frameLines(frame: Frame): string[] {
  const number = String(frame.number).padStart(2)
  const inlines = frame.inlines.map((inline) => `${number}  ${frame.module ?? '?'}!${inline.function}${position(inline)} [inlined]`)
  const trust = frame.trust === 'scan' ? ' [scan]' : ''
  return [...inlines, `${number}  ${frameTitle(frame)}${position(frame)}${trust}`]
}

export function frameTitle(frame: Frame): string {
  if (frame.function !== undefined) return `${frame.module === undefined ? '' : `${frame.module}!`}${frame.function}`
  if (frame.module !== undefined) return `${frame.module} + ${shortHex(frame.moduleOffset) ?? '?'}`
  return shortHex(frame.address) ?? 'unknown'
}

function position(at: { readonly file: string | undefined; readonly line: number | undefined }): string {
  if (at.file === undefined) return ''
  return ` [${at.file}${at.line === undefined ? '' : `:${at.line}`}]`
}
