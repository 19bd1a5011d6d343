/** What gdb says of a program's death: the stack in the core that it makes where the program dies. */
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { run } from './programs.ts'

const gdbTimeoutMs = 120_000

export interface GdbFrame {
  /** As the linker knows it; of inlined calls, which it does not know, what the debug information says. */
  readonly function: string | null
  readonly file: string | null
  readonly line: number
  readonly inlined: boolean
  readonly module: string | null
  /** Of the instruction, or of the one behind the call; hexadecimal, from the start of the module. */
  readonly offset: string
}

/** A frame in one line of JSON: gdb's own text leaves out what a test wants to know. */
const script = `
import gdb, json

regions = []
for line in gdb.execute('info proc mappings', to_string=True).splitlines():
    parts = line.split()
    if len(parts) >= 5 and parts[0].startswith('0x'):
        regions.append((int(parts[0], 16), int(parts[1], 16), parts[-1]))

def name(frame):
    symbol = frame.function()
    if frame.type() == gdb.INLINE_FRAME:
        return symbol.linkage_name
    known = gdb.execute('info symbol ' + hex(frame.pc() - (0 if frame.level() == 0 else 1)), to_string=True)
    return known.split(' ')[0] if ' in section ' in known else frame.name()

def place(address):
    for start, end, path in regions:
        if start <= address < end:
            return path, address - min(first for first, last, other in regions if other == path)
    return None, address

frame = gdb.newest_frame()
while frame is not None:
    sal = frame.find_sal()
    path, offset = place(frame.pc())
    # A function that ended by a jump into the next has no frame; gdb works it out of the places of calls.
    if frame.type() != gdb.TAILCALL_FRAME:
        print('FRAME ' + json.dumps({
            'function': name(frame),
            'file': sal.symtab.fullname() if sal.symtab else None,
            'line': sal.line,
            'inlined': frame.type() == gdb.INLINE_FRAME,
            'module': path,
            'offset': format(offset, 'x'),
        }))
    frame = frame.older()
`

/** Runs the program to its death by SIGSEGV; innermost frame first, up to where the process began. */
export async function gdbStack(program: string, args: readonly string[], folder: string): Promise<GdbFrame[]> {
  const [commands, core] = [join(folder, 'frames.py'), join(folder, 'core')]
  writeFileSync(commands, script)
  const settings = ['set debuginfod enabled off', 'set confirm off']
  const steps = [
    'set backtrace past-main on',
    'set print demangle off',
    'handle SIGUSR1 nostop noprint pass',
    `run ${args.join(' ')}`,
    // A program that has just stopped hides inlined calls at whose first instruction it stands; a core does not.
    `gcore ${core}`,
    'kill',
    `core-file ${core}`,
    `source ${commands}`,
  ]
  const options = [...settings.flatMap((each) => ['-iex', each]), ...steps.flatMap((each) => ['-ex', each])]
  const { stdout, stderr } = await run('gdb', ['-q', '-nx', '-batch', ...options, program], { cwd: folder, timeout: gdbTimeoutMs })
  const frames = [...stdout.matchAll(/^FRAME (.*)$/gm)].map(([, json = '']) => JSON.parse(json) as GdbFrame)
  if (frames.length === 0) throw new Error(`gdb shows no stack: ${stdout.slice(-2000)}${stderr.slice(-2000)}`)
  return frames.map((frame) => ({ ...frame, module: frame.module === null ? null : basename(frame.module) }))
}
