import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { MergeTask } from './messages.ts'

const windowBytes = 1024 * 1024
/** INFO records stand behind the first line. */
const headBytes = 64 * 1024
const newLine = 0x0a
const [capitalS, capitalT] = [0x53, 0x54]

/**
 * One symbol file of two: a separate debug file has the functions and a stripped program the ways to unwind; so have a PDB and its program. Both
 * are read line by line in bounded memory; a line longer than a window is cut by no reader of ours and goes to the side of its first window.
 */
export function mergeSymbols({ functionsPath, unwindPath, outputPath }: MergeTask): void {
  const output = openSync(outputPath, 'w', 0o600)
  try {
    copyLines(functionsPath, output, (isStack) => !isStack, codeIdOf(functionsPath) === undefined ? codeIdOf(unwindPath) : undefined)
    copyLines(unwindPath, output, (isStack) => isStack)
  } finally {
    closeSync(output)
  }
}

/** A PDB does not know the code id of its program. */
function codeIdOf(path: string): Buffer | undefined {
  const input = openSync(path, 'r')
  try {
    const head = Buffer.alloc(headBytes)
    const line = /\nINFO CODE_ID [^\n]+\n/.exec(head.toString('latin1', 0, readSync(input, head, 0, headBytes, 0)))?.[0]
    return line === undefined ? undefined : Buffer.from(line.slice(1), 'latin1')
  } finally {
    closeSync(input)
  }
}

/** `second` is written behind the first line. */
function copyLines(path: string, output: number, wanted: (isStack: boolean) => boolean, second?: Buffer): void {
  const input = openSync(path, 'r')
  try {
    const window = Buffer.alloc(windowBytes)
    let held = 0
    let inserted = second
    for (;;) {
      const read = readSync(input, window, held, windowBytes - held, null)
      const bytes = window.subarray(0, held + read)
      const last = read === 0 ? bytes.length : bytes.lastIndexOf(newLine) + 1
      const end = last === 0 ? bytes.length : last
      const firstEnd = inserted === undefined ? 0 : bytes.indexOf(newLine) + 1
      writeKept(bytes.subarray(0, firstEnd), output, wanted)
      if (firstEnd > 0 && inserted !== undefined) {
        writeAll(output, inserted)
        inserted = undefined
      }
      writeKept(bytes.subarray(firstEnd, end), output, wanted)
      if (read === 0) return
      window.copyWithin(0, end, bytes.length)
      held = bytes.length - end
    }
  } finally {
    closeSync(input)
  }
}

/** Lines that follow each other and are wanted go out in one write. */
function writeKept(bytes: Buffer, output: number, wanted: (isStack: boolean) => boolean): void {
  let from = -1
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf(newLine, at)
    const next = lineEnd < 0 ? bytes.length : lineEnd + 1
    const keeps = wanted(bytes[at] === capitalS && bytes[at + 1] === capitalT)
    if (keeps && from < 0) from = at
    if (!keeps && from >= 0) {
      writeAll(output, bytes.subarray(from, at))
      from = -1
    }
    at = next
  }
  if (from >= 0) writeAll(output, bytes.subarray(from))
  if (bytes.length > 0 && bytes.at(-1) !== newLine && from >= 0) writeAll(output, Buffer.from('\n'))
}

function writeAll(output: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(output, bytes, at)
}
