/** Programs that the tests run: compiled here, or brought from elsewhere into the cache of the checkout. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './server.ts'

export const run: typeof execFile.__promisify__ = promisify(execFile)

const sources = join(root, 'test/programs')
const compileTimeoutMs = 120_000
const installTimeoutMs = 300_000
/** Holds Breakpad's own tools for Linux on x64. */
const breakpadPackage = 'minidump@0.26.0'

/** Warnings are errors: a test program that is wrong proves nothing. */
export async function compile(source: string, output: string, flags: readonly string[] = []): Promise<string> {
  const compiler = source.endsWith('.cc') ? 'g++' : 'cc'
  await run(compiler, ['-Wall', '-Wextra', '-Werror', ...flags, '-o', output, join(sources, source)], { timeout: compileTimeoutMs })
  return output
}

export const hasBreakpadTools: boolean = process.platform === 'linux' && process.arch === 'x64'

/** Path of one of Breakpad's tools; fetched from the npm registry the first time. */
export async function breakpadTool(name: 'dump_syms' | 'minidump_stackwalk' | 'minidump_dump'): Promise<string> {
  const folder = join(root, 'node_modules/.cache/peers')
  const tool = join(folder, 'node_modules/minidump/bin/linux-x64', name)
  if (existsSync(tool)) return tool
  mkdirSync(folder, { recursive: true })
  const flags = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error']
  await run(...(await npmCommand([...flags, breakpadPackage])), { cwd: folder, timeout: installTimeoutMs })
  return tool
}

/** npm, with the Node that runs this. */
export async function npmCommand(args: readonly string[]): Promise<[string, string[]]> {
  return withNode(process.env.npm_execpath ?? (await npmBesideNode()), [...args])
}

function withNode(npm: string, args: string[]): [string, string[]] {
  return npm.endsWith('.js') ? [process.execPath, [npm, ...args]] : [npm, args]
}

/** The pinned Node comes without npm; the machine's own stands in the path. */
async function npmBesideNode(): Promise<string> {
  const { stdout } = await run('sh', ['-c', 'command -v npm'], { timeout: compileTimeoutMs })
  return stdout.trim() || join(dirname(process.execPath), 'npm')
}
