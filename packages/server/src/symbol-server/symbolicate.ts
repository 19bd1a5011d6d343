/** `POST /symbolicate/v5` and `/v4`, as Mozilla's servers answer them: what the Firefox profiler asks for the names in a profile. */
import { createReadStream } from 'node:fs'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiProblem } from '../api/api-error.ts'
import { problemOf } from '../api/error-handler.ts'
import { ServerError } from '../errors.ts'
import { ProcessPool } from '../process/pool.ts'
import type { Symbolication, SymbolicationJob } from '../process/symbolicate.ts'
import { newId } from '../store/database/ledger/secrets.ts'
import type { Store } from '../store/store.ts'
import { moduleKey } from '../store/symbol-fetches.ts'
import { findSymbols } from './find-symbols.ts'
import { symbolServerLimits } from './limits.ts'
import { readJobs } from './symbolication-jobs.ts'
import { visibleProjects } from './visible-scopes.ts'

export interface SymbolicationOptions {
  readonly store: Store
  readonly tmpFolder: string
  /** Folders of the symbols. */
  readonly readable: readonly string[]
}

/** The child goes when nobody asked for so long. */
const idleMs = 60_000

export function serveSymbolication(app: FastifyInstance, { store, tmpFolder, readable }: SymbolicationOptions): void {
  let pool: ProcessPool | undefined
  let idle: NodeJS.Timeout | undefined
  let waiting = 0
  let turn: Promise<unknown> = Promise.resolve()
  const close = async () => {
    clearTimeout(idle)
    const closing = pool
    pool = undefined
    await closing?.close()
  }
  app.addHook('onClose', close)

  /** One question at a time, in the order in which they came. */
  const inTurn = async <T>(work: (pool: ProcessPool) => Promise<T>): Promise<T> => {
    if (waiting >= symbolServerLimits.maxWaiting) throw new ServerError('busy')
    waiting += 1
    clearTimeout(idle)
    const mine = turn.then(() => {
      pool ??= new ProcessPool({
        size: 1,
        readable: [...readable, tmpFolder],
        workFolder: join(tmpFolder, `symbolicate-${process.pid}-${newId()}`),
      })
      return work(pool)
    })
    turn = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      waiting -= 1
      if (waiting === 0) idle = setTimeout(() => void close(), idleMs).unref()
    }
  }

  const answer = (version: 4 | 5) => async (request: FastifyRequest<{ Params: { project?: string } }>, reply: FastifyReply) => {
    const projects = await visibleProjects(store, request, request.params.project)
    const asked = readJobs(version === 5 ? request.body : { jobs: [request.body] })
    const jobs: SymbolicationJob[] = []
    for (const { modules, stacks } of asked) {
      const needed = new Set(stacks.flatMap((stack) => stack.map(([index]) => index)))
      const paths = await findSymbols(
        store,
        projects,
        modules.filter(({ debugFile, debugId }, index) => debugFile !== '' && debugId !== '' && needed.has(index)),
      )
      jobs.push({ modules: modules.map((module) => ({ ...module, path: paths.get(moduleKey(module)) ?? null })), stacks })
    }
    return inTurn((children) => run(children, { version, jobs }, reply))
  }

  /** Clients of Mozilla's server read the sentence as `title`. */
  const sayTitle = (error: Error, _request: FastifyRequest, reply: FastifyReply) => {
    const { statusCode, code, message } = problemOf(error)
    if (statusCode >= 500) throw error
    return reply.code(statusCode).send({ title: message, code, message })
  }

  const run = async (children: ProcessPool, question: Symbolication, reply: FastifyReply): Promise<FastifyReply> => {
    const id = newId()
    await mkdir(tmpFolder, { recursive: true, mode: 0o700 })
    const inputPath = join(tmpFolder, `symbolicate-${id}.json`)
    const outputPath = children.resultPath(`${id}.json`)
    try {
      await writeFile(inputPath, JSON.stringify(question), { mode: 0o600 })
      const outcome = await children.convert({ kind: 'symbolicate', inputPath, outputPath })
      if (outcome.kind !== 'converted')
        throw outcome.kind === 'died' && outcome.code === 'processor_stopped'
          ? new ServerError('shutting_down')
          : new ApiProblem(
              'bad_symbols',
              'The symbols of these modules could not be read in the time and memory that one question may take.',
            )
      const { size } = await stat(outputPath)
      const body = createReadStream(outputPath)
      // Opened before the file's name is removed.
      await new Promise((resolve, reject) => body.once('open', resolve).once('error', reject))
      return reply.headers({ 'content-type': 'application/json; charset=utf-8', 'content-length': size }).send(body)
    } finally {
      await rm(inputPath, { force: true })
      await rm(outputPath, { force: true })
    }
  }

  for (const version of [4, 5] as const)
    for (const url of [`/symbolicate/v${version}`, `/symbols/:project/symbolicate/v${version}`]) {
      app.post<{ Params: { project?: string } }>(
        url,
        { bodyLimit: symbolServerLimits.maxBodyBytes, errorHandler: sayTitle },
        answer(version),
      )
      app.options(url, (_request, reply) =>
        reply
          .code(204)
          .headers({
            'access-control-allow-methods': 'POST',
            'access-control-allow-headers': 'content-type, authorization',
            'access-control-max-age': 86_400,
          })
          .send(),
      )
    }
}
