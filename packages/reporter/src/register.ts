// By its file: to find it by `#in-process` costs 100 KB more.
import { registerProcess } from './bundle.js'

// What it adds to `process` is told to TypeScript.
export type {} from './register-process.ts'

if ((process.env.ELECTRON_INTERNAL_CRASH_SERVICE ?? '') !== '') {
  // Loaded only here: it reads dumps, which a reported process never does.
  const { runMonitor } = await import('./monitor/run-monitor.ts')
  process.exit(await runMonitor(process.argv.slice(1)))
}
registerProcess(import.meta.url)
