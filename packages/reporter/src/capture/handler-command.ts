import { spawn } from 'node:child_process'
import { programPath } from '../package-file.ts'

/**
 * Program and arguments of the handler's process. `undefined` in a program that cannot run another file, a single executable: the next start of a
 * reporter with the same database does the work.
 */
export function handlerCommand(databaseFolder: string): string[] | undefined {
  if (isSingleExecutable()) return undefined
  return [process.execPath, programPath('handler/handler-main'), databaseFolder]
}

function isSingleExecutable(): boolean {
  // Looked up by name: Node 20 before 20.12 has no such module, and loading it costs nothing elsewhere.
  const sea: unknown = process.getBuiltinModule?.('node:sea')
  const isSea: unknown = typeof sea === 'object' && sea !== null ? Reflect.get(sea, 'isSea') : undefined
  return typeof isSea === 'function' && isSea() === true
}

export function runHandler([program = process.execPath, ...args]: readonly string[], environment: Readonly<Record<string, string>>): void {
  const child = spawn(program, args, { detached: true, stdio: 'ignore', cwd: '/', env: environment })
  // It goes its own way; that it could not start is no news for the program that reports.
  child.on('error', () => {})
  child.unref()
}
