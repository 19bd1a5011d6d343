import { entryBytes } from '../context/json-bytes.ts'
import { maxContextBytes } from '../limits.ts'
import { installedContexts } from './installed-entries.ts'

/**
 * Defines `window.crashReport` as the standard does, where the browser has none. False: it was there, or the page is no secure context.
 * What is set goes with the reports that `watchTab` and `watchHangs` make.
 */
export function installCrashReport(realm: Window = window): boolean {
  if ('crashReport' in realm || !realm.isSecureContext) return false
  const { document } = realm
  const isDetached = () => document.defaultView === null
  const context = newContext(isDetached)
  Object.defineProperty(realm, 'crashReport', { configurable: true, enumerable: true, get: () => (isDetached() ? null : context) })
  return true
}

interface State {
  readonly isDetached: () => boolean
  readonly entries: Map<string, string>
  /** Once initialized. */
  length?: number
  isCalled?: boolean
}

function newContext(isDetached: () => boolean): object {
  const states = new WeakMap<object, State>()
  const stateOf = (context: object): State => {
    const state = states.get(context)
    if (!state) throw new TypeError('Illegal invocation')
    return state
  }
  let isMaking = true

  class CrashReportContext {
    constructor() {
      if (!isMaking) throw new TypeError('Illegal constructor')
    }

    async initialize(...given: unknown[]): Promise<undefined> {
      const state = stateOf(this)
      need(given, 1)
      const length = unsignedLongLong(given[0])
      if (isDetached()) throw invalidState('The document is detached.')
      if (state.isCalled) throw invalidState('The initialize() method has already been called.')
      state.isCalled = true
      if (length > maxContextBytes) throw new DOMException('The requested size is too large.', 'NotAllowedError')
      // Another task, as in a browser, whose answer comes from another process.
      await new Promise<void>((resolve) => setTimeout(resolve))
      state.length = length
      return undefined
    }

    set(...given: unknown[]): undefined {
      const state = stateOf(this)
      need(given, 2)
      // A template, not String(): a symbol is an error here.
      const [key, value] = [`${given[0]}`, `${given[1]}`]
      const length = lengthOf(state)
      const others = [...state.entries].filter(([other]) => other !== key)
      const bytes = others.reduce((sum, [name, text]) => sum + entryBytes(name, text), 1 + entryBytes(key, value))
      if (bytes > length) throw new DOMException('Not enough memory is left for this entry.', 'NotAllowedError')
      state.entries.set(key, value)
      return undefined
    }

    delete(...given: unknown[]): undefined {
      const state = stateOf(this)
      need(given, 1)
      const key = `${given[0]}`
      lengthOf(state)
      state.entries.delete(key)
      return undefined
    }
  }

  const shape = CrashReportContext.prototype
  for (const [name, length] of Object.entries({ initialize: 1, set: 2, delete: 1 } as const)) {
    Object.defineProperty(shape, name, { enumerable: true })
    Object.defineProperty(Reflect.get(shape, name), 'length', { value: length, configurable: true })
  }
  Object.defineProperty(shape, Symbol.toStringTag, { value: 'CrashReportContext', configurable: true })
  const context = new CrashReportContext()
  isMaking = false
  const state: State = { isDetached, entries: new Map() }
  states.set(context, state)
  installedContexts.set(context, state.entries)
  return context
}

function lengthOf({ isDetached, length }: State): number {
  if (isDetached()) throw invalidState('The document is detached.')
  if (length === undefined) throw invalidState('CrashReportContext is not initialized. Call initialize() and wait for it to resolve.')
  return length
}

/** WebIDL's conversion without a range check: modulo 2^64, so -1 is the largest number and 2^64 is nothing. */
function unsignedLongLong(value: unknown): number {
  const number = Math.trunc(Number(value))
  return Number.isFinite(number) ? Number(BigInt.asUintN(64, BigInt(number))) : 0
}

function need({ length }: readonly unknown[], needed: number): void {
  if (length < needed) throw new TypeError(`${needed} argument${needed > 1 ? 's' : ''} required, but only ${length} present.`)
}

const invalidState = (message: string) => new DOMException(message, 'InvalidStateError')
