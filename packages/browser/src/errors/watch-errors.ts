import type { CrashContext } from '../context/crash-context.ts'
import { textOf } from '../context/json-bytes.ts'
import { maxErrorsPerPage } from '../limits.ts'
import { type Destination, sendReport } from '../report/send-report.ts'
import { currentRecord } from '../tab/current-record.ts'
import { reportOf } from '../tab/page-record.ts'

/** Reports the page's uncaught errors and rejections, each stack once, with the context of a crash. Returns how to stop. */
export function watchErrors(context: CrashContext, destination: Destination): () => void {
  const stopped = new AbortController()
  const told = new Set<string>()
  const tell = (thrown: unknown, kind: string, more: Readonly<Record<string, unknown>>) => {
    const { name, message, stack } = partsOf(thrown)
    const identity = `${name} ${message} ${stack}`
    if (told.size >= maxErrorsPerPage || told.has(identity)) return
    told.add(identity)
    const record = currentRecord(context)
    const { body, ...report } = reportOf(record, record.at, kind)
    // biome-ignore lint/nursery/noFloatingPromises: it never rejects.
    sendReport(destination, { ...report, type: 'javascript-error', body: { ...body, name, message, stack, ...more } })
  }
  addEventListener(
    'error',
    ({ error, message, filename, lineno, colno }) => tell(error ?? message, 'error', { source: filename, line: lineno, column: colno }),
    stopped,
  )
  addEventListener('unhandledrejection', ({ reason }) => tell(reason, 'unhandledrejection', {}), stopped)
  return () => stopped.abort()
}

/** Anything may be thrown, also what throws when it is looked at. */
function partsOf(thrown: unknown): { readonly name: string; readonly message: string; readonly stack: string } {
  const part = (key: string, otherwise: unknown) => {
    try {
      return textOf((thrown instanceof Object && Reflect.get(thrown, key)) || otherwise)
    } catch {
      return ''
    }
  }
  return { name: part('name', 'Error'), message: part('message', thrown), stack: part('stack', '') }
}
