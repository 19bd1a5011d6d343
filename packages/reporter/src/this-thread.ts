/**
 * Which thread this is, and of what process. `node:worker_threads` says it too, but costs half a megabyte in a program that has no threads: on Linux the
 * system is asked.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { inheritedVariable } from './inherited-settings.ts'

/** As Electron calls them: the program itself, and what it starts. */
export type ProcessType = 'browser' | 'node'

/** Of `setEnvironmentData`, where there is no /proc: what threads learn of their process. */
const processTypeKey = 'crashkeep.processType'

/** Whether Node.js began with this thread. Where that is not the first one of the process, as in programs that embed Node.js, it is asked itself. */
export const isMainThread: boolean = isFirstThread() || process.getBuiltinModule('node:worker_threads').isMainThread

/** To be looked up before this process tells its own children. A thread is part of its process, whatever its copy of the environment says. */
export function processType(): ProcessType {
  if (isMainThread) return tellThreads(typeOf(process.env[inheritedVariable] !== undefined))
  const known = readFirstEnvironment()?.some((entry) => entry.startsWith(`${inheritedVariable}=`))
  return known === undefined ? typeInEnvironmentData() : typeOf(known)
}

function typeOf(isChild: boolean): ProcessType {
  return isChild ? 'node' : 'browser'
}

function isFirstThread(): boolean {
  try {
    return /^(\d+)\/task\/\1$/.test(readlinkSync('/proc/thread-self'))
  } catch {
    // Another system, or no /proc.
    return false
  }
}

/** As the process was started with it; later changes are elsewhere. */
function readFirstEnvironment(): string[] | undefined {
  try {
    return readFileSync('/proc/self/environ', 'latin1').split('\0')
  } catch {
    return undefined
  }
}

function tellThreads(type: ProcessType): ProcessType {
  if (process.platform !== 'linux') process.getBuiltinModule('node:worker_threads').setEnvironmentData(processTypeKey, type)
  return type
}

function typeInEnvironmentData(): ProcessType {
  const known = process.getBuiltinModule('node:worker_threads').getEnvironmentData(processTypeKey)
  return known === 'node' ? 'node' : 'browser'
}
