/** The extra parameters of one process, live: what is set now goes with a crash from now on. */
import { maxKeyBytes, maxParameters, maxValueBytes } from './limits.ts'
import { conversionError } from './start-options.ts'

export class Parameters {
  readonly #values = new Map<string, string>()
  readonly #changed: (key: string, value: string | undefined) => void

  constructor(changed: (key: string, value: string | undefined) => void) {
    this.#changed = changed
  }

  /** Electron's rules: a name that is too long is left out with a warning, a value that is too long is cut. */
  add(key: string, value: string): void {
    if (typeof key !== 'string') throw conversionError(0, key)
    if (typeof value !== 'string') throw conversionError(1, value)
    if (Buffer.byteLength(key) > maxKeyBytes) {
      process.emitWarning(`The crash key name, '${key}', is longer than ${maxKeyBytes + 1} bytes, ignoring it.`, 'electron')
      return
    }
    // A form field without a name reaches nobody.
    if (key === '' || (!this.#values.has(key) && this.#values.size >= maxParameters)) {
      process.emitWarning(
        key === '' ? 'A crash key needs a name.' : `There are ${maxParameters} crash keys already, ignoring '${key}'.`,
        'electron',
      )
      return
    }
    const kept = cut(value)
    this.#values.set(key, kept)
    this.#changed(key, kept)
  }

  remove(key: string): void {
    if (typeof key !== 'string') throw conversionError(0, key)
    if (this.#values.delete(key)) this.#changed(key, undefined)
  }

  get all(): Record<string, string> {
    return Object.fromEntries(this.#values)
  }
}

/** To `maxValueBytes`, at the border of a character. */
function cut(value: string): string {
  if (value.length * 3 <= maxValueBytes) return value
  const bytes = Buffer.from(value)
  if (bytes.length <= maxValueBytes) return value
  let end = maxValueBytes
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end)
}
