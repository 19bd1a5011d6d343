/** What LLVM and binutils say about a program, to compare our symbol files with. */
import { execFileSync, spawnSync } from 'node:child_process'
import { posix } from 'node:path'

const maxOutputBytes = 512 * 1024 * 1024

export interface SymbolizedFrame {
  function: string
  file: string
  line: number
}

export function has(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined
}

export function readelf(flags: readonly string[], path: string): string {
  // Its exit status is 1 for every warning.
  return spawnSync('readelf', [...flags, path], { maxBuffer: maxOutputBytes }).stdout.toString()
}

/** Innermost first; nothing where LLVM knows no line. */
export function symbolize(path: string, addresses: readonly number[]): SymbolizedFrame[][] {
  const args = [`--obj=${path}`, '--inlines', '--functions=linkage', '--no-demangle', '--output-style=JSON']
  const input = `${addresses.map((address) => `0x${address.toString(16)}`).join('\n')}\n`
  const output = execFileSync('llvm-symbolizer', args, { input, maxBuffer: maxOutputBytes }).toString()
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => framesOf(JSON.parse(line)))
}

function framesOf(answer: { Symbol?: { FunctionName: string; FileName: string; Line: number }[] }): SymbolizedFrame[] {
  const frames = (answer.Symbol ?? []).map(({ FunctionName, FileName, Line }) => ({
    function: withoutCopySuffix(FunctionName),
    file: FileName === '' ? '' : posix.normalize(FileName),
    line: Line,
  }))
  return frames.every(({ line, file }) => line === 0 && file === '') ? [] : frames
}

export function withoutCopySuffix(name: string): string {
  return name.replace(/(?:\.(?:cold|constprop|llvm|localalias|lto_priv|isra|part|str)(?:\.[0-9]+)?)+$/, '')
}

/** Code sections but linkage tables, as pairs of start and size. */
export function codeSections(path: string): [number, number][] {
  const row = /\] (\S+)\s+\S+\s+([0-9a-f]{8,16}) [0-9a-f]+ ([0-9a-f]+) \S+\s+\S*X/
  return readelf(['-SW'], path)
    .split('\n')
    .flatMap((line) => {
      const [, name = '', start = '', size = ''] = row.exec(line) ?? []
      return start === '' || name.startsWith('.plt') ? [] : [[Number.parseInt(start, 16), Number.parseInt(size, 16)]]
    })
}

export function baseAddress(path: string): number {
  return Number.parseInt(/LOAD\s+0x[0-9a-f]+ 0x([0-9a-f]+)/.exec(readelf(['-lW'], path))?.[1] ?? '0', 16)
}

/** All names of functions by address. */
export function functionAliases(path: string): Map<number, Set<string>> {
  // On ARM the lowest bit says Thumb.
  const step = /Machine:\s+ARM$/m.test(readelf(['-hW'], path)) ? 2 : 1
  const aliases = new Map<number, Set<string>>()
  for (const line of readelf(['-sW'], path).split('\n')) {
    const [, text = '', name = ''] = /^\s*\d+: ([0-9a-f]+)\s+\S+ I?FUNC\s+\S+\s+\S+\s+\S+ (\S+)/.exec(line) ?? []
    if (text === '') continue
    const address = Number.parseInt(text, 16)
    const start = address - (address % step)
    const names = aliases.get(start) ?? new Set()
    aliases.set(start, names.add(withoutCopySuffix(name.replace(/@.*/, ''))))
  }
  return aliases
}

export interface UnwindRow {
  readonly address: number
  /** By column of readelf: `CFA`, `ra`, registers. */
  readonly rules: Map<string, string>
}

/** `readelf --debug-dump=frames-interp`, row by row; objdump prints the same of what is no ELF. */
export function unwindRows(path: string, printed: string = readelf(['--debug-dump=frames-interp'], path)): UnwindRow[] {
  const rows: UnwindRow[] = []
  let end = 0
  let columns: string[] = []
  for (const line of printed.split('\n')) {
    const range = /FDE .*pc=[0-9a-f]+\.\.([0-9a-f]+)/.exec(line)
    if (range !== null) end = Number.parseInt(range[1] ?? '', 16)
    else if (/ CIE /.test(line)) end = 0
    else if (/^\s+LOC\s+CFA/.test(line)) columns = line.trim().split(/\s+/).slice(1)
    else {
      const [, address = '', values = ''] = /^([0-9a-f]{8,16}) (.*)$/.exec(line) ?? []
      if (address === '' || values.includes('ZERO terminator') || Number.parseInt(address, 16) >= end) continue
      const cells = values.trim().split(/\s+/)
      rows.push({ address: Number.parseInt(address, 16), rules: new Map(columns.map((column, index) => [column, cells[index] ?? ''])) })
    }
  }
  return rows
}
