import { registerProcess } from '#in-process'

// What it adds to `process` is told to TypeScript.
export type {} from './register-process.ts'

if ((process.env.ELECTRON_INTERNAL_CRASH_SERVICE ?? '') !== '') {
  // Loaded only here: it reads dumps, which a reported process never does.
  const { runMonitor } = await import('./monitor/run-monitor.ts')
  process.exit(await runMonitor(process.argv.slice(1)))
}
registerProcess(import.meta.url)
