/** As the values of crash keys; a stack of a deep recursion says the same again and again. */
const maxTextLength = 20_320

/** Captures what ends the process: an exception or a rejection that nobody handles. Node then prints and exits as ever. */
export function watchExceptions(capture: (death: ReadonlyMap<string, string>) => void): void {
  process.on('uncaughtExceptionMonitor', (error: unknown, origin: string) => {
    // A program that handles such errors goes on living, or ends in its own way.
    if (process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()) return
    try {
      capture(describeDeath(error, origin))
    } catch {
      // Nothing here may change how the program ends.
    }
  })
}

/** What a report says about an error, also about one that is no Error or that throws when it is looked at. */
export function describeDeath(error: unknown, origin: string): Map<string, string> {
  const death = new Map([['js.origin', origin]])
  const add = (name: string, read: () => unknown): void => {
    const text = textOf(read)
    if (text !== '') death.set(name, text.slice(0, maxTextLength))
  }
  if (error instanceof Error) {
    add('js.name', () => error.name)
    add('js.message', () => error.message)
    add('js.stack', () => error.stack)
    add('js.code', () => Reflect.get(error, 'code'))
  } else {
    add('js.name', () => typeof error)
    add('js.message', () => error)
  }
  // Looked up here: a healthy process does not pay for it.
  const heap = process.getBuiltinModule('node:v8').getHeapStatistics()
  death.set('js.heap.used', String(heap.used_heap_size))
  death.set('js.heap.total', String(heap.total_heap_size))
  death.set('js.heap.limit', String(heap.heap_size_limit))
  return death
}

function textOf(read: () => unknown): string {
  try {
    const value = read()
    return value === undefined ? '' : String(value)
  } catch {
    // A getter of the program, or an object without a text.
    return ''
  }
}
