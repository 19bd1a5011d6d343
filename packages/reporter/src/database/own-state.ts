/** What Crashpad's metadata has no place for, one small file for each report that needs it, in a folder of our own inside the database. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { inside } from '../inside.ts'
import { ownFolder } from './generic-layout.ts'

export interface OwnState {
  /** Failed tries in a row; they decide the next wait. */
  readonly failures?: number
  /** Unix milliseconds: no try before. */
  readonly notBefore?: number
  /** Why it was not taken the last time, one sentence. */
  readonly lastError?: string
  /** The server refused it for good. */
  readonly refused?: boolean
  /** Uploads were off; it goes when they are on again. */
  readonly held?: boolean
  /** Where Crashpad's own metadata is not ours to write: the server's answer, and when. */
  readonly remoteId?: string
  readonly uploadedAt?: number
  /** The same there: somebody asked for this upload, or deleted the report. */
  readonly requested?: boolean
  readonly deleted?: boolean
}

const maxStateBytes = 16_384

export function readOwnState(folder: string, id: string): OwnState {
  try {
    const path = statePath(folder, id)
    if (statSync(path).size > maxStateBytes) return {}
    return checked(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return {}
  }
}

/** Whole or not at all. */
export function writeOwnState(folder: string, id: string, state: OwnState): void {
  const path = statePath(folder, id)
  mkdirSync(inside(folder, ownFolder), { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

export function removeOwnState(folder: string, id: string): void {
  rmSync(statePath(folder, id), { force: true })
}

function statePath(folder: string, id: string): string {
  return inside(folder, ownFolder, `${id}.json`)
}

function checked(value: unknown): OwnState {
  if (typeof value !== 'object' || value === null) return {}
  const of = <T>(name: string, is: (field: unknown) => field is T): Record<string, T> => {
    const field = Reflect.get(value, name)
    return is(field) ? { [name]: field } : {}
  }
  return {
    ...of('failures', isNumber),
    ...of('notBefore', isNumber),
    ...of('lastError', isText),
    ...of('refused', isFlag),
    ...of('held', isFlag),
    ...of('remoteId', isText),
    ...of('uploadedAt', isNumber),
    ...of('requested', isFlag),
    ...of('deleted', isFlag),
  }
}

function isNumber(field: unknown): field is number {
  return typeof field === 'number' && Number.isFinite(field)
}

function isText(field: unknown): field is string {
  return typeof field === 'string'
}

function isFlag(field: unknown): field is boolean {
  return typeof field === 'boolean'
}
