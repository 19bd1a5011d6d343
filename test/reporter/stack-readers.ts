/** Other programs' view of a crashed thread: Breakpad's and rust-minidump's of the dump, gdb's of the core file or of the living process. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { breakpadTool, run } from '../harness/programs.ts'
import { root } from '../harness/server.ts'

/** The frames of the crashed thread, innermost first. */
export interface OurFrame {
  readonly trust: string
  readonly module: string | null
  readonly function: string | null
  readonly line: number | null
  /** Of the call that is not finished yet. */
  readonly offset: string
}

export interface GdbFrame {
  /** Of the instruction that comes next. */
  readonly address: string
  readonly name: string | null
  readonly line: number | null
}

const limits = { maxBuffer: 256 * 1024 * 1024, timeout: 120_000 }
/** rust-minidump takes what it can get of a machine's memory. */
const rustMemoryBytes = 6_000_000_000
const gdbScript = join(root, 'test/programs/gdb-frames.py')

/** A folder of symbols of these files, made by Breakpad's dump_syms. */
export async function breakpadSymbols(files: readonly string[], folder: string): Promise<string> {
  const dumpSyms = await breakpadTool('dump_syms')
  for (const file of files) {
    const { stdout } = await run(dumpSyms, [file], limits)
    const [, , , id = '', ...words] = stdout.slice(0, stdout.indexOf('\n')).split(' ')
    const name = words.join(' ')
    mkdirSync(join(folder, name, id), { recursive: true })
    writeFileSync(join(folder, name, id, `${name}.sym`), stdout)
  }
  return folder
}

/** Module, function, file, line and offset of each frame, as Breakpad's machine form has them. */
export async function breakpadStack(dump: string, symbols: string): Promise<string[]> {
  const { stdout } = await run(await breakpadTool('minidump_stackwalk'), ['-m', dump, symbols], limits)
  return crashedThread(stdout)
}

export async function ourMachineStack(dump: string, symbols: string): Promise<string[]> {
  return crashedThread(await crashkeep('-m', dump, symbols))
}

export async function ourStack(dump: string, symbols: string): Promise<OurFrame[]> {
  return framesIn(await crashkeep('--json', dump, symbols))
}

export async function rustStack(dump: string, symbols: string): Promise<OurFrame[]> {
  const { stdout } = await run('prlimit', [`--as=${rustMemoryBytes}`, 'minidump-stackwalk', '--json', dump, symbols], limits)
  return framesIn(stdout)
}

export async function isInstalled(program: string): Promise<boolean> {
  return run('sh', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  )
}

/** `target` is a core file of the program or its process; of the thread with this id, or of the one that gdb shows first. */
export async function gdbStack(target: readonly string[], thread?: number): Promise<GdbFrame[]> {
  const env = { PATH: process.env.PATH, ...(thread !== undefined && { CRASHED_THREAD: String(thread) }) }
  const { stdout, stderr } = await run('gdb', ['-q', '-batch', '-nx', '-x', gdbScript, ...target], { ...limits, env })
  const line = stdout.split('\n').find((each) => each.startsWith('FRAMES '))
  if (line === undefined) throw new Error(`gdb saw nothing: ${stderr.slice(-1000)}`)
  return JSON.parse(line.slice('FRAMES '.length))
}

async function crashkeep(form: string, dump: string, symbols: string): Promise<string> {
  const program = join(root, 'packages/cli/dist/main.js')
  return (await run(process.execPath, [program, 'stackwalk', form, dump, symbols], limits)).stdout
}

function crashedThread(machine: string): string[] {
  const lines = machine.split('\n')
  const thread = lines.find((line) => line.startsWith('Crash|'))?.split('|')[3] ?? ''
  return lines.filter((line) => line.startsWith(`${thread}|`)).map((line) => line.split('|').slice(2).join('|'))
}

function framesIn(json: string): OurFrame[] {
  const crash: { crashing_thread: { frames: OurFrame[] } } = JSON.parse(json)
  return crash.crashing_thread.frames.map(({ trust, module, function: name, line, offset }) => ({
    trust,
    module,
    function: name,
    line,
    offset,
  }))
}
