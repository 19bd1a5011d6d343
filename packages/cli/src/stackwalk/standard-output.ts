import { writeSync } from 'node:fs'

const standardOutput = 1
/** A pipe that was set not to block is full: its reader needs a moment. */
const waitMs = 2
/** The text of ten thousand threads has 80 MB; it need not be there twice. */
const charactersPerPart = 2 * 1024 * 1024

/**
 * Writes all of it before it returns, without `process.stdout`, which takes 3 ms to be made. Who reads may stop before the end, as `head` does; the
 * rest is for nobody then: it says false.
 */
export function writeStandardOutput(text: string): boolean {
  for (let from = 0; from < text.length; ) {
    let to = from + charactersPerPart
    // The two halves of a character stay together.
    if (isFirstHalf(text.charCodeAt(to - 1))) to++
    if (!writeBytes(Buffer.from(text.slice(from, to)))) return false
    from = to
  }
  return true
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

function writeBytes(bytes: Uint8Array): boolean {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(standardOutput, bytes, done)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EPIPE' || code === 'EOF') return false
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs)
    }
  }
  return true
}
