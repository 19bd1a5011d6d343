/**
 * Everything that a process under the reporter loads. What runs is `dist/bundle.js`, made of this by `vite build packages/reporter`: each module of
 * ECMAScript costs a healthy program 35 KB, however small it is, and `node:fs` with all its exports 700 KB more than the functions that are used.
 */
export { crashReporterBefore9 } from './crash-reporter-before-9.ts'
export { registerProcess } from './register-process.ts'
export { app, crashReporter, deliverReports, openCrashDatabase } from './reporter.ts'
