/**
 * Symbols from other servers: which modules are still to be asked for, what each source answered, and the files that came. Files are a cache:
 * what is removed is asked for again when a report needs it.
 */
export interface SymbolFetches {
  /** One row for all reports of the project that wait. Who works on it already hears of it from `done`. */
  want(projectId: number, modules: readonly WantedModule[]): Promise<void>
  /** The modules that the project's processed reports lack, those first that hurt most. Answers how many. */
  wantLacking(projectId: number, limit: number): Promise<number>
  /** Due ones, leased to the caller, but none of the projects in `except`. */
  lease(limit: number, leaseMs: number, except: readonly number[]): Promise<Want[]>
  renew(wants: readonly Want[], leaseMs: number): Promise<void>
  /** It stays, and is due again, when somebody wanted it after it was leased. */
  done(want: Want): Promise<void>
  /** Not before `delayMs` from now, unless somebody wanted it after it was leased. */
  later(want: Want, delayMs: number): Promise<void>
  /** Those of these modules that are wanted, keyed as `moduleKey`. */
  waiting(projectId: number, modules: readonly ModuleName[]): Promise<Set<string>>

  /** What all sources said about these modules. */
  answers(modules: readonly ModuleName[]): Promise<SourceAnswer[]>
  /** Replaces an earlier one. A file at `path` is taken over. */
  setAnswer(answer: NewAnswer): Promise<void>
  /** Paths of the files that the first of `sources` with one gave, keyed as `moduleKey`. Remembers that they were needed. */
  find(sources: readonly string[], modules: readonly ModuleName[]): Promise<Map<string, FetchedFile>>
  /** Files that came, and what they take. */
  usage(): Promise<{ readonly files: number; readonly bytes: number }>
  /**
   * Forgets answers that ran out long ago, and the files longest unused beyond `maxBytes`, but none that came within `sparedMs`: the reports that wait
   * for it may not have been processed yet, and would only ask for it again. Answers how many files went.
   */
  cleanUp(maxBytes: number, maxAnswers: number, sparedMs?: number): Promise<number>
}

export interface ModuleName {
  readonly debugFile: string
  readonly debugId: string
}
export interface WantedModule extends ModuleName {
  readonly codeFile?: string | undefined
  readonly codeId?: string | undefined
}
export interface Want extends WantedModule {
  readonly projectId: number
  /** 1 for the first. */
  readonly attempt: number
  /** Grows with each `want`. */
  readonly wantedAt: number
}

/**
 * `found`; `not_found`: the server has no such file; `wrong_id`, `unreadable`, `too_large`: it answered something else; `refused_address`, `failed`:
 * as fetch-error.ts.
 */
export type AnswerOutcome = 'found' | 'not_found' | 'wrong_id' | 'unreadable' | 'too_large' | 'refused_address' | 'failed'

export interface NewAnswer extends ModuleName {
  readonly source: string
  readonly outcome: AnswerOutcome
  readonly detail?: string | undefined
  /** The address that was asked last. */
  readonly place?: string | undefined
  readonly file?: { readonly path: string; readonly sha256: string; readonly size: number } | undefined
  /** How long it holds; undefined: as long as the file is there. */
  readonly lifeMs: number | undefined
}
export interface SourceAnswer extends ModuleName {
  readonly source: string
  readonly outcome: AnswerOutcome
  readonly detail: string | undefined
  readonly place: string | undefined
  readonly size: number
  readonly askedAt: number
  /** Whether it still holds. */
  readonly alive: boolean
}
export interface FetchedFile {
  readonly path: string
  readonly source: string
  readonly sha256: string
  readonly size: number
  readonly at: number
  /** When a report last needed it, to the day. */
  readonly usedAt: number
}

/** Ids are compared in capitals. */
export function moduleKey({ debugFile, debugId }: ModuleName): string {
  return `${debugFile}/${debugId.toUpperCase()}`
}
