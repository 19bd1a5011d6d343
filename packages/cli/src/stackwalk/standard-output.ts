import { writeSync } from 'node:fs'

const standardOutput = 1
/** A pipe that was set not to block is full: its reader needs a moment. */
const waitMs = 2

/**
 * Writes all of it before it returns, without `process.stdout`, which takes 3 ms to be made. Who reads may stop before the end, as `head` does; the
 * rest is for nobody then: it says false.
 */
export function writeStandardOutput(text: string): boolean {
  const bytes = Buffer.from(text)
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
