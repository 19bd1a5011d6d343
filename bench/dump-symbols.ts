/** Symbol files made by `crashkeep symbols dump` and by the dumpers of others, of the same debug files. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateProgram } from './generate-program.ts'
import { alternate, type Cost, onPath, run } from './measure.ts'
import type { Peers } from './peers.ts'

export interface DumpComparison {
  readonly title: string
  readonly costs: Readonly<Record<string, Cost>>
}

/** `RUST_PROGRAM` names a Rust program with debug information; none is built here, that takes minutes. */
export async function compareDumpers(
  crashkeep: readonly string[],
  { mozillaDumper, breakpadDumper }: Peers,
  rounds: number,
  folder?: string,
): Promise<DumpComparison[]> {
  const own = folder ?? mkdtempSync(join(tmpdir(), 'crashkeep-bench-'))
  try {
    const files: [title: string, path: string | undefined][] = [
      ['the node binary', process.execPath],
      ['a C++ program of twelve units full of templates', onPath('g++') === undefined ? undefined : await generateProgram(own)],
      ['a Rust program (RUST_PROGRAM)', process.env.RUST_PROGRAM],
    ]
    const output = join(own, 'dumped.sym')
    return files.flatMap(([title, path]) => {
      if (path === undefined || !existsSync(path)) return []
      const costs = alternate(rounds, {
        crashkeep: () => run([...crashkeep, 'symbols', 'dump', '-o', output, path]),
        ...(mozillaDumper !== undefined && { "Mozilla's dump_syms": () => run([mozillaDumper, '--inlines', '-o', output, path]) }),
        ...(breakpadDumper !== undefined && { "Breakpad's dump_syms": () => run([breakpadDumper, '-d', path]) }),
      })
      return [{ title: `symbols of ${title}`, costs }]
    })
  } finally {
    if (folder === undefined) rmSync(own, { recursive: true })
  }
}
