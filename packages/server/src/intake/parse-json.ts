import { ServerError } from '../errors.ts'

/**
 * JSON of many small objects takes several times its length once it is parsed. Beyond what an ordinary report or event has, that is asked of the
 * budget of all uploads before.
 */
const unaskedBytes = 128 * 1024
const parsedBytesPerByte = 4

/** Throws `busy` where so much JSON cannot be parsed now. `hold` keeps memory until the upload is done. */
export function holdForJson(length: number, hold: (bytes: number) => boolean): void {
  if (length > unaskedBytes && !hold(length * parsedBytesPerByte)) throw new ServerError('busy')
}

/** Real reports have less than ten levels. Half a million of them, which fit into 1 MiB, take a hundred times their size in memory. */
const maxDepth = 200

const quote = 0x22
const backslash = 0x5c
const openings = new Set([0x5b, 0x7b])
const closings = new Set([0x5d, 0x7d])

/** The value of a JSON text; throws `bad_json`, also for one that is nested deeper than any report. */
export function parseJson(bytes: Uint8Array): unknown {
  if (isTooDeep(bytes)) throw new ServerError('bad_json', { detail: 'nested too deeply' })
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'))
  } catch (cause) {
    throw new ServerError('bad_json', { cause })
  }
}

function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0
  let inText = false
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0
    if (inText) {
      if (byte === backslash) i += 1
      else if (byte === quote) inText = false
    } else if (byte === quote) inText = true
    else if (openings.has(byte)) {
      depth += 1
      if (depth > maxDepth) return true
    } else if (closings.has(byte)) depth -= 1
  }
  return false
}
