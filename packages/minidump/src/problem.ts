import { maxProblems } from './limits.ts'

/** One damaged or left-out part of a dump; the rest was read. `code` is stable, `message` is one sentence for a person. */
export interface Problem {
  readonly code: ProblemCode
  readonly message: string
  /** The name of the stream the damage is in, as in {@link StreamEntry}. */
  readonly stream?: string
}

export type ProblemCode =
  | 'truncated_directory'
  | 'duplicate_stream'
  | 'stream_outside_file'
  | 'truncated_stream'
  | 'bad_list_size'
  | 'limit_reached'
  | 'bad_string'
  | 'bad_module'
  | 'bad_code_view'
  | 'bad_context'
  | 'bad_memory_range'
  | 'bad_record'
  | 'missing_stream'
  | 'more_problems'

/** Collects problems up to {@link maxProblems}; the last entry then says how many more there were. */
export class ProblemList {
  readonly #problems: Problem[] = []
  #leftOut = 0

  add(code: ProblemCode, message: string, stream?: string): void {
    if (this.#problems.length >= maxProblems) {
      this.#leftOut++
      return
    }
    this.#problems.push({ code, message, ...(stream !== undefined && { stream }) })
  }

  list(): Problem[] {
    if (this.#leftOut === 0) return [...this.#problems]
    return [...this.#problems, { code: 'more_problems', message: `${this.#leftOut} more problems of this dump are not listed.` }]
  }
}
