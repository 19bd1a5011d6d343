/** The fields of one upload as they arrive, and what is to be said about them. Names are data; nothing here is an object's key. */
import type { SubmissionProblem } from '../dialect/submission.ts'
import { ServerError } from '../errors.ts'
import type { IntakeLimits } from './limits.ts'
import type { MemoryShare } from './memory-budget.ts'
import { parseJson } from './parse-json.ts'

/** A problem that repeats is told so often; a body can have thousands of bad parts. */
const maxProblems = 50

export class FieldList {
  readonly values = new Map<string, string>()
  readonly problems: SubmissionProblem[] = []
  readonly #limits: IntakeLimits
  readonly #share: MemoryShare
  readonly #fileNames = new Set<string>()
  #bytes = 0
  #unasked: number
  #lastPart: string | undefined

  constructor(limits: IntakeLimits, share: MemoryShare) {
    this.#limits = limits
    this.#share = share
    this.#unasked = limits.unaskedFieldBytes
  }

  add(rawName: string | undefined, value: string, cut: boolean): void {
    if (rawName === undefined || rawName === '') {
      this.note('part_without_name', 'A part without a name was left out.')
      return
    }
    const name = freeName(this.decodeName(rawName), (taken) => this.values.has(taken))
    this.#lastPart = name
    const bytes = name.length + value.length
    if (this.#bytes + bytes > this.#limits.fieldsBytes) {
      this.note('too_many_fields', `Fields beyond ${this.#limits.fieldsBytes} bytes in total were left out.`)
      return
    }
    this.#hold(bytes)
    this.#bytes += bytes
    this.values.set(name, value)
    if (cut) this.note('field_truncated', `The field ${JSON.stringify(name)} was cut at ${this.#limits.fieldBytes} bytes.`)
  }

  /** Fields sent as one JSON object; false when it is none. */
  addJson(bytes: Uint8Array): boolean {
    let parsed: unknown
    try {
      parsed = parseJson(bytes)
    } catch {
      this.note('bad_json_fields', 'The part "extra" is not JSON; it was kept as a file.')
      return false
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      this.note('bad_json_fields', 'The part "extra" is not a JSON object; it was kept as a file.')
      return false
    }
    for (const [name, value] of Object.entries(parsed).slice(0, this.#limits.fields)) {
      this.add(name, typeof value === 'string' ? value : jsonText(value), false)
    }
    return true
  }

  /** A name for a file, unique among the files of the report. */
  fileName(rawName: string | undefined): string {
    const wanted = rawName === undefined || rawName === '' ? 'file' : this.decodeName(rawName)
    const name = freeName(wanted, (taken) => this.#fileNames.has(taken))
    this.#fileNames.add(name)
    this.#lastPart = name
    return name
  }

  /** Gives a name back that turned out to be no file's. */
  freeFileName(name: string): void {
    this.#fileNames.delete(name)
  }

  /** Crashpad and browsers write quotes, percent signs and line breaks in names as `%22`, `%25`, `%0d`, `%0a`. */
  decodeName(raw: string): string {
    const decoded = raw.replaceAll(/%(22|25|0a|0d)/gi, (escaped) => String.fromCharCode(Number.parseInt(escaped.slice(1), 16)))
    if (decoded.length <= this.#limits.nameLength) return decoded
    this.note('name_truncated', `A name was cut at ${this.#limits.nameLength} characters.`)
    return decoded.slice(0, this.#limits.nameLength)
  }

  note(code: string, message: string): void {
    if (this.problems.length >= maxProblems) return
    if (!this.problems.some((problem) => problem.code === code && problem.message === message)) this.problems.push({ code, message })
  }

  noteTruncation(reason: string | undefined): void {
    const last = this.#lastPart === undefined ? '' : ` The last part, ${JSON.stringify(this.#lastPart)}, may be incomplete.`
    this.note('truncated_body', (reason ?? 'The body broke off before its closing delimiter.') + last)
  }

  #hold(bytes: number): void {
    const free = Math.min(this.#unasked, bytes)
    this.#unasked -= free
    if (bytes > free && !this.#share.take(bytes - free)) throw new ServerError('busy')
  }
}

function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}

/** The first of a repeated name keeps it, later ones are `name#2`, `name#3`… */
function freeName(wanted: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(wanted)) return wanted
  let number = 2
  while (isTaken(`${wanted}#${number}`)) number += 1
  return `${wanted}#${number}`
}
