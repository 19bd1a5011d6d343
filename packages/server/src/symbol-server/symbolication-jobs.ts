/** What profilers send to `/symbolicate`, checked: modules by name and id, and stacks of pairs. A refusal says which part is no good. */
import { ApiProblem } from '../api/api-error.ts'
import type { SymbolicationJob } from '../process/symbolicate.ts'
import { symbolServerLimits } from './limits.ts'

export interface AskedJob {
  readonly modules: readonly { readonly debugFile: string; readonly debugId: string }[]
  readonly stacks: SymbolicationJob['stacks']
}

const { maxModules, maxStacks, maxJobs, maxNameLength, maxIdLength, maxFrames } = symbolServerLimits

/** A list of jobs, or one by itself. */
export function readJobs(body: unknown): AskedJob[] {
  const jobs = isObject(body) && 'jobs' in body ? body.jobs : [body]
  if (!Array.isArray(jobs) || jobs.length === 0) throw bad('jobs is a list of at least one job')
  if (jobs.length > maxJobs) throw bad(`one request may have ${maxJobs} jobs`)
  const read = jobs.map((job: unknown, index) => readJob(job, `job ${index}`))
  const frames = read.reduce((sum, { stacks }) => sum + stacks.reduce((more, stack) => more + stack.length, 0), 0)
  if (frames > maxFrames) throw new ApiProblem('too_large', `One request may ask for ${maxFrames} frames.`)
  return read
}

export function readJob(job: unknown, what: string): AskedJob {
  if (!isObject(job)) throw bad(`${what} is no object`)
  const { memoryMap, stacks } = job
  if (!Array.isArray(memoryMap) || memoryMap.length > maxModules) throw bad(`${what}: memoryMap is a list of up to ${maxModules} modules`)
  if (!Array.isArray(stacks) || stacks.length > maxStacks) throw bad(`${what}: stacks is a list of up to ${maxStacks} stacks`)
  const modules = memoryMap.map((module: unknown, index) => readModule(module, `${what}: module ${index}`))
  return {
    modules,
    stacks: stacks.map((stack: unknown, index) => {
      if (!Array.isArray(stack)) throw bad(`${what}: stack ${index} is no list`)
      return stack.map((frame: unknown, number) => readFrame(frame, modules.length, () => `${what}: stack ${index}, frame ${number}`))
    }),
  }
}

function readModule(module: unknown, what: string): AskedJob['modules'][number] {
  const [debugFile, debugId]: unknown[] = Array.isArray(module) && module.length === 2 ? module : []
  if (typeof debugFile !== 'string' || typeof debugId !== 'string') throw bad(`${what} is no pair of a debug file and its id`)
  if (debugFile.length > maxNameLength || debugId.length > maxIdLength) throw bad(`${what} has a name or an id that is too long`)
  return { debugFile, debugId }
}

/** The module -1 is none; the offset -1 is what profilers write for a frame without an address. */
function readFrame(frame: unknown, modules: number, what: () => string): readonly [number, number] {
  const [index, offset]: unknown[] = Array.isArray(frame) && frame.length === 2 ? frame : []
  if (!isWhole(index) || !isWhole(offset) || offset < -1) throw bad(`${what()} is no pair of a module's number and an offset`)
  if (index < -1 || index >= modules) throw bad(`${what()} has the number of no module`)
  return [index, offset]
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bad(what: string): ApiProblem {
  return new ApiProblem('bad_request', `The request is not good: ${what}.`)
}
