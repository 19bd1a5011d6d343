import type { ByteSource } from '../byte-source.ts'
import { decodeUtf8 } from '../dump-view.ts'
import { maxMicrodumpBytes, maxMicrodumpLines } from '../limits.ts'

const begin = '-----BEGIN BREAKPAD MICRODUMP-----'
const end = '-----END BREAKPAD MICRODUMP-----'

/** What the Android log puts before each line; in brackets the process, in some formats before the tag instead. */
const tag = /google-breakpad(?:\( {0,9}(\d{1,10})\))? {0,9}: ?/
const processAndThread = /(\d{1,10}) {1,9}\d{1,10} {1,9}[A-Z] {1,9}$/

/** The lines of a microdump without what the log put before them. */
export interface MicrodumpText {
  readonly lines: readonly string[]
  /** The process that wrote them, from the log. */
  readonly processId: number | undefined
  /** Whether its last line is there. */
  readonly isWhole: boolean
}

/**
 * The first microdump in a log, as `adb logcat` or, on Linux, standard error gives it. `undefined` when there is none in the first
 * {@link maxMicrodumpBytes}. Of several processes that crash at once only the first one's lines are taken.
 */
export function findMicrodump(source: ByteSource): MicrodumpText | undefined {
  const bytes = source.read(0, maxMicrodumpBytes)
  // One character for each byte, so that places in the text are places in the file.
  const text = new TextDecoder('latin1').decode(bytes)
  const found = text.indexOf(begin)
  if (found < 0) return undefined
  const start = text.lastIndexOf('\n', found) + 1
  const stop = text.indexOf(end, found)
  const rows = decodeUtf8(bytes.subarray(start, stop < 0 ? bytes.length : stop)).split('\n', maxMicrodumpLines)
  const first = splitRow(rows[0] ?? '')
  const lines: string[] = []
  for (const row of rows.slice(1)) {
    const { hasTag, processId, body } = splitRow(row)
    if (hasTag === first.hasTag && processId === first.processId && !body.includes(begin)) lines.push(body)
  }
  return { lines, processId: first.processId, isWhole: stop >= 0 }
}

function splitRow(row: string): { hasTag: boolean; processId: number | undefined; body: string } {
  const whole = row.endsWith('\r') ? row.slice(0, -1) : row
  const match = tag.exec(whole)
  if (match === null) return { hasTag: false, processId: undefined, body: whole }
  const id = match[1] ?? processAndThread.exec(whole.slice(Math.max(0, match.index - 64), match.index))?.[1]
  return { hasTag: true, processId: id === undefined ? undefined : Number(id), body: whole.slice(match.index + match[0].length) }
}
