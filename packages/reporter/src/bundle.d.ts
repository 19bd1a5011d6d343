// What vite makes of in-process.ts; see there.
export * from './in-process.ts'
