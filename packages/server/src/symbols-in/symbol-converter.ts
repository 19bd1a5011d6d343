import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiProblem } from '../api/api-error.ts'
import { ServerError } from '../errors.ts'
import { convertLimits } from '../process/limits.ts'
import { type PoolOptions, ProcessPool } from '../process/pool.ts'
import { SourceProblem } from '../sources/source-problem.ts'
import { newId } from '../store/database/ledger/secrets.ts'
import { type DescribedSymbols, describeSymbolFile } from '../store/symbols/symbol-contents.ts'

export interface ConverterOptions {
  /** Folders of symbols and `tmp`, which the children may read. */
  readonly readable: readonly string[]
  readonly tmpFolder: string
  readonly limits?: PoolOptions['limits']
}

export interface NamedFile {
  readonly path: string
  readonly name: string
}

export interface ConvertedSymbols extends DescribedSymbols {
  /** Of the symbol file; the caller's to keep or remove. */
  readonly path: string
  readonly format: string
  readonly debugFile: string
  readonly debugId: string
  readonly codeId: string | undefined
  /** Whether the file had the names of functions with their lines, and not only those that a linker needs. */
  readonly functions: number
  /** What the debug file itself has, see debug-originals.ts. */
  readonly hasCode: boolean
  readonly hasDebug: boolean
  readonly problems: readonly { readonly code: string; readonly message: string }[]
}

/** Each may need gigabytes: one after the other. */
const concurrency = 1
/** Files that wait; each lies on the disk, and a request or a client that polls waits for it. */
const maxWaiting = 500
/** The child goes when nobody needed it for so long. */
const idleMs = 60_000

/** Makes symbol files of debug files, in children as those that read reports. They are started when there is something to do. */
export class SymbolConverter {
  readonly #options: ConverterOptions
  #pool: ProcessPool | undefined
  #idle: NodeJS.Timeout | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #closed = false

  constructor(options: ConverterOptions) {
    this.#options = options
  }

  /** Throws `bad_symbols` with the reason for what is no debug file, or costs more than one may. */
  convert(file: NamedFile, folder: string, beside: readonly NamedFile[] = []): Promise<ConvertedSymbols[]> {
    return this.#inTurn(async (pool) => {
      const outputFolder = pool.resultPath(newId())
      await mkdir(outputFolder, { recursive: true, mode: 0o700 })
      try {
        const outcome = await pool.convert({ kind: 'convert', inputPath: file.path, fileName: file.name, outputFolder, beside })
        if (outcome.kind !== 'converted') throw refusal(outcome)
        const converted: ConvertedSymbols[] = []
        for (const [index, module] of outcome.modules.entries()) {
          const path = join(folder, `converted-${newId()}`)
          await rename(join(outputFolder, String(index)), path)
          const { debugFile, debugId, format, functions, hasCode, hasDebug, problems } = module
          converted.push({
            path,
            ...(await describeSymbolFile(path)),
            ...{ debugFile, debugId, format, functions, hasCode, hasDebug, problems },
            codeId: module.codeId ?? undefined,
          })
        }
        return converted
      } finally {
        await rm(outputFolder, { recursive: true, force: true })
      }
    })
  }

  /** The functions of one symbol file and the ways to unwind of another, as one file. */
  merge(
    files: { readonly functionsPath: string; readonly unwindPath: string },
    folder: string,
  ): Promise<DescribedSymbols & { path: string }> {
    return this.#inTurn(async (pool) => {
      const outputPath = pool.resultPath(newId())
      try {
        const outcome = await pool.convert({ kind: 'merge', ...files, outputPath })
        if (outcome.kind !== 'converted') throw refusal(outcome)
        const path = join(folder, `merged-${newId()}`)
        await rename(outputPath, path)
        return { path, ...(await describeSymbolFile(path)) }
      } finally {
        await rm(outputPath, { force: true })
      }
    })
  }

  /** Unpacks a cabinet to `outputPath`. Throws a `SourceProblem`. */
  unpack(inputPath: string, outputPath: string, maxBytes: number): Promise<void> {
    return this.#inTurn(async (pool) => {
      const made = pool.resultPath(newId())
      try {
        const outcome = await pool.convert({ kind: 'unpack', inputPath, outputPath: made, maxBytes })
        if (outcome.kind !== 'converted') throw unpackProblem(outcome)
        await rename(made, outputPath)
      } finally {
        await rm(made, { force: true })
      }
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    await this.#pool?.close()
    await this.#turn.catch(() => undefined)
  }

  async #inTurn<T>(work: (pool: ProcessPool) => Promise<T>): Promise<T> {
    if (this.#waiting >= maxWaiting) throw new ServerError('busy')
    this.#waiting += 1
    clearTimeout(this.#idle)
    const turn = this.#turn.then(() => work(this.#open()))
    this.#turn = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0 && !this.#closed) this.#idle = setTimeout(() => void this.#rest(), idleMs).unref()
    }
  }

  #open(): ProcessPool {
    if (this.#closed) throw new ServerError('shutting_down')
    this.#pool ??= new ProcessPool({
      size: concurrency,
      readable: this.#options.readable,
      workFolder: join(this.#options.tmpFolder, `process-symbols-${process.pid}-${newId()}`),
      limits: { ...convertLimits, ...this.#options.limits },
    })
    return this.#pool
  }

  async #rest(): Promise<void> {
    if (this.#waiting > 0) return
    const pool = this.#pool
    this.#pool = undefined
    await pool?.close()
  }
}

function unpackProblem({ kind, code, message }: { readonly kind: string; readonly code: string; readonly message: string }): SourceProblem {
  if (code === 'processor_stopped') return new SourceProblem('failed', message)
  if (kind === 'died') return new SourceProblem('unreadable', `It is a cabinet file, and unpacking it was given up. ${message}`)
  return new SourceProblem(code === 'too_large' ? 'too_large' : 'unreadable', message)
}

function refusal({ kind, code, message }: { readonly kind: string; readonly code: string; readonly message: string }): Error {
  if (code === 'processor_stopped') return new ServerError('shutting_down')
  return new ApiProblem('bad_symbols', kind === 'died' ? `${message} It was given up.` : message)
}
