import { entryBytes } from '../context/json-bytes.ts'
import { maxContextBytes } from '../limits.ts'
import { installedContexts } from './installed-entries.ts'

/**
 * Defines `window.crashReport` as the standard does, where the browser has none. False: it was there, or the page is no secure context.
 * What is set goes with the reports that `watchTab` and `watchHangs` make.
 */
export function installCrashReport(realm: Window = window): boolean {
  // Newer than some versions of TypeScript's DOM, hence no member of the type.
  if (Reflect.has(realm, 'crashReport') || !realm.isSecureContext) return false
  const { document } = realm
  const isDetached = () => document.defaultView === null
  const context = newContext(isDetached)
  Object.defineProperty(realm, 'crashReport', { configurable: true, enumerable: true, get: () => (isDetached() ? null : context) })
  return true
}

function newContext(isDetached: () => boolean): object {
  const entries = new Map<string, string>()
  /** Once initialized. */
  let capacity: number | undefined
  let isCalled = false
  let context: CrashReportContext | undefined
  const check = (self: CrashReportContext, { length }: readonly unknown[], needed: number) => {
    if (self !== context) throw new TypeError('Illegal invocation')
    if (length < needed) throw new TypeError(`Arguments required: ${needed}, present: ${length}.`)
  }
  const invalidState = (message: string) => new DOMException(message, 'InvalidStateError')
  const checkAttached = () => {
    if (isDetached()) throw invalidState('The document is detached.')
  }
  const checkedCapacity = () => {
    checkAttached()
    if (capacity === undefined) throw invalidState('CrashReportContext is not initialized. Call initialize() and wait for it to resolve.')
    return capacity
  }

  class CrashReportContext {
    constructor() {
      if (context) throw new TypeError('Illegal constructor')
    }

    async initialize(...given: unknown[]): Promise<undefined> {
      check(this, given, 1)
      const length = unsignedLongLong(given[0])
      checkAttached()
      if (isCalled) throw invalidState('The initialize() method has already been called.')
      isCalled = true
      if (length > maxContextBytes) throw new DOMException('The requested size is too large.', 'NotAllowedError')
      // Another task, as in a browser, whose answer comes from another process.
      await new Promise<void>((resolve) => setTimeout(resolve))
      capacity = length
      return undefined
    }

    set(...given: unknown[]): undefined {
      check(this, given, 2)
      // A template, not String(): a symbol is an error here.
      const [key, value] = [`${given[0]}`, `${given[1]}`]
      const most = checkedCapacity()
      let bytes = 1 + entryBytes(key, value)
      for (const [name, text] of entries) if (name !== key) bytes += entryBytes(name, text)
      if (bytes > most) throw new DOMException('Not enough memory is left for this entry.', 'NotAllowedError')
      entries.set(key, value)
      return undefined
    }

    delete(...given: unknown[]): undefined {
      check(this, given, 1)
      const key = `${given[0]}`
      checkedCapacity()
      entries.delete(key)
      return undefined
    }
  }

  const shape = CrashReportContext.prototype
  for (const [name, length] of Object.entries({ initialize: 1, set: 2, delete: 1 } as const)) {
    Object.defineProperty(shape, name, { enumerable: true })
    Object.defineProperty(Reflect.get(shape, name), 'length', { value: length, configurable: true })
  }
  Object.defineProperty(shape, Symbol.toStringTag, { value: 'CrashReportContext', configurable: true })
  context = new CrashReportContext()
  installedContexts.set(context, entries)
  return context
}

/** WebIDL's conversion without a range check: modulo 2^64, so -1 is the largest number and 2^64 is nothing. */
function unsignedLongLong(value: unknown): number {
  const number = Math.trunc(Number(value))
  return Number.isFinite(number) ? Number(BigInt.asUintN(64, BigInt(number))) : 0
}
