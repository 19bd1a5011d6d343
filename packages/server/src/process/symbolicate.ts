/**
 * Names addresses of stacks that somebody sends, in the two forms of Mozilla's symbolication servers. The request was checked by the parent;
 * the symbol files are hostile, hence the child.
 */
import { openSync, readFileSync, writeSync } from 'node:fs'
import { GivenSymbols } from './given-symbols.ts'
import type { SymbolicateTask } from './messages.ts'

export interface Symbolication {
  readonly version: 4 | 5
  readonly jobs: readonly SymbolicationJob[]
}
export interface SymbolicationJob {
  readonly modules: readonly { readonly debugFile: string; readonly debugId: string; readonly path: string | null }[]
  /** Pairs of a module's index, -1 for none, and an offset from its base. */
  readonly stacks: readonly (readonly (readonly [number, number])[])[]
}

interface NamedFrame {
  readonly frame: number
  readonly module: string
  readonly module_offset: string
  readonly function?: string
  readonly function_offset?: string
  readonly file?: string
  readonly line?: number
  /** Innermost first. */
  readonly inlines?: readonly { readonly function: string; readonly file?: string; readonly line?: number }[]
}

interface JobAnswer {
  readonly stacks: readonly (readonly NamedFrame[])[]
  /** null: no frame lies in it. */
  readonly found_modules: Readonly<Record<string, boolean | null>>
}

export function symbolicate({ inputPath, outputPath }: SymbolicateTask): void {
  // Written by the parent, after it had checked each part.
  const { version, jobs } = JSON.parse(readFileSync(inputPath, 'utf8')) as Symbolication
  const results = jobs.map(symbolicateJob)
  const answer = version === 5 ? { results } : versionFour(results, jobs[0]?.modules ?? [])
  const file = openSync(outputPath, 'w', 0o600)
  writeSync(file, JSON.stringify(answer))
}

function symbolicateJob({ modules, stacks }: SymbolicationJob): JobAnswer {
  const symbols = new GivenSymbols(
    modules,
    modules.map(({ path }) => path),
  )
  const found = new Map<string, boolean | null>(modules.map(({ debugFile, debugId }) => [`${debugFile}/${debugId}`, null]))
  try {
    const named = stacks.map((stack) => stack.map(([index, offset], frame) => nameFrame(modules[index], offset, frame, symbols, found)))
    return { stacks: named, found_modules: Object.fromEntries(found) }
  } finally {
    symbols.close()
  }
}

function nameFrame(
  module: SymbolicationJob['modules'][number] | undefined,
  offset: number,
  frame: number,
  symbols: GivenSymbols,
  found: Map<string, boolean | null>,
): NamedFrame {
  const unnamed = { frame, module: module?.debugFile || '<unknown>', module_offset: hex(offset) }
  if (module === undefined || module.debugFile === '' || module.debugId === '') return unnamed
  const file = symbols.find(module)
  found.set(`${module.debugFile}/${module.debugId}`, file.state === 'loaded')
  if (file.state !== 'loaded') return unnamed
  // The program's name where the symbols tell it: `xul.dll` of `xul.pdb`.
  const place = { ...unnamed, module: file.symbols.info.codeFile ?? module.debugFile }
  const known = offset >= 0 && offset <= 0xffff_ffff ? file.symbols.lookup(offset) : undefined
  if (known === undefined) return place
  return {
    ...place,
    function: known.function,
    function_offset: hex(offset - known.functionOffset),
    ...position(known),
    ...(known.inlines.length === 0 ? {} : { inlines: known.inlines.map((inline) => ({ function: inline.function, ...position(inline) })) }),
  }
}

function position({ file, line }: { readonly file?: string; readonly line?: number }) {
  return { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) }
}

function versionFour(results: readonly JobAnswer[], modules: SymbolicationJob['modules']) {
  const [only] = results
  return {
    symbolicatedStacks: only?.stacks.map((stack) =>
      stack.map(({ function: name, module, module_offset }) => `${name ?? module_offset} (in ${module})`),
    ),
    knownModules: modules.map(({ debugFile, debugId }) => only?.found_modules[`${debugFile}/${debugId}`] ?? null),
  }
}

function hex(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`
}
