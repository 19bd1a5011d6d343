import { ProcessReporter } from './crash-reporter.ts'

/**
 * One for each process and thread, also when this module is there twice: Node.js loads it again for a worker with code of its own, and two packages of a
 * program may have it in two places. Otherwise an exception would be reported twice.
 */
const place = 'crashkeep.reporter'

const methods = ['start', 'inherit', 'deliver', 'getUploadedReports', 'setUploadToServer', 'addExtraParameter', 'getParameters']

export function processReporter(): ProcessReporter {
  const known: unknown = Reflect.get(globalThis, Symbol.for(place))
  if (isReporter(known)) return known
  const made = new ProcessReporter()
  Object.defineProperty(globalThis, Symbol.for(place), { value: made, configurable: true })
  return made
}

/** Not by its class, which is another one when the module is another one. */
function isReporter(value: unknown): value is ProcessReporter {
  return typeof value === 'object' && value !== null && methods.every((name) => typeof Reflect.get(value, name) === 'function')
}
