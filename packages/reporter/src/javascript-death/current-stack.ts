/** Electron's bound of the value of a crash key. */
const maxStackLength = 20_320
const maxFrames = 50

/**
 * The JavaScript stack above this function, as text. Called by the addon in the middle of whatever runs, so it leaves everything as it found it, and a
 * program's own `Error.prepareStackTrace` is not called.
 */
export function currentStack(): string {
  const limit = Error.stackTraceLimit
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  try {
    Error.stackTraceLimit = maxFrames
    if (prepare !== undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
    const holder: { stack?: string } = {}
    Error.captureStackTrace(holder, currentStack)
    return withoutFirstLine(holder.stack ?? '').slice(0, maxStackLength)
  } finally {
    Error.stackTraceLimit = limit
    if (prepare !== undefined) Object.defineProperty(Error, 'prepareStackTrace', prepare)
  }
}

function withoutFirstLine(stack: string): string {
  return stack.slice(stack.indexOf('\n') + 1)
}
