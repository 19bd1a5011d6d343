export { serve } from './serve.ts'
export type { Role, ServeOptions, Server } from './serve-options.ts'
export { serverVersion } from './version.ts'
