import { ProcessReporter } from './crash-reporter.ts'

/** One for each process and thread, also when Node.js loads this module twice, as it does for a worker with code of its own. */
const place = 'crashkeep.reporter'

export function processReporter(): ProcessReporter {
  const known: unknown = Reflect.get(globalThis, Symbol.for(place))
  if (known instanceof ProcessReporter) return known
  const made = new ProcessReporter()
  Object.defineProperty(globalThis, Symbol.for(place), { value: made, configurable: true })
  return made
}
