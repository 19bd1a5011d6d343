import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { folderSymbols } from './folder-symbols.ts'

const fixtures = fileURLToPath(new URL('../../../../../shared/fixtures', import.meta.url))

interface ExpectedModule {
  base_addr: string
  filename: string
  debug_file: string
  debug_id: string
  code_id: string | null
}

interface ExpectedFrame {
  function: string | null
  function_offset: string | null
  file: string | null
  line: number | null
  inlines: { function: string; file: string | null; line: number | null }[] | null
  module: string | null
  module_offset: string | null
  offset: string
}

interface Expected {
  modules: ExpectedModule[]
  threads: { frames: ExpectedFrame[] }[]
}

function expectedOutputs(): { name: string; output: Expected }[] {
  const root = join(fixtures, 'expected')
  return readdirSync(root)
    .flatMap((project) => readdirSync(join(root, project)).map((dump) => join(project, dump)))
    .filter((name) => existsSync(join(root, name, 'rust.json.gz')))
    .map((name) => ({ name, output: JSON.parse(gunzipSync(readFileSync(join(root, name, 'rust.json.gz'))).toString()) }))
}

describe.skipIf(!existsSync(fixtures))('real symbol files (needs ../shared fixtures)', () => {
  test('give every frame the function, file, line and inlined calls that rust-minidump printed', () => {
    const supplier = folderSymbols([join(fixtures, 'symbols')])
    let compared = 0
    const different: string[] = []
    for (const { name, output } of expectedOutputs()) {
      const modules = new Map(output.modules.map((module) => [`${module.filename} ${BigInt(module.base_addr)}`, module]))
      for (const frame of output.threads.flatMap((thread) => thread.frames)) {
        if (frame.module_offset === null) continue
        const offset = Number(BigInt(frame.module_offset))
        const module = modules.get(`${frame.module} ${BigInt(frame.offset) - BigInt(offset)}`)
        if (module === undefined) continue
        const { filename: codeFile, debug_file: debugFile, debug_id: debugId, code_id: codeId } = module
        const found = supplier.find({ debugFile, debugId, codeFile, codeId: codeId ?? undefined })
        if (found.state !== 'loaded') {
          expect(frame.function, `${name} ${frame.module}`).toBeNull()
          continue
        }
        expect(found.symbols.badLines, found.from).toBe(0)
        const symbol = found.symbols.lookup(offset)
        expect(found.symbols.hasFunction(offset)).toBe(symbol !== undefined)
        compared++
        const ours = {
          function: symbol?.function ?? null,
          file: symbol?.file ?? null,
          line: symbol?.line ?? null,
          functionOffset: symbol === undefined ? null : offset - symbol.functionOffset,
          inlines: (symbol?.inlines ?? []).map((call) => ({ function: call.function, file: call.file ?? null, line: call.line ?? null })),
        }
        const theirs = {
          function: frame.function,
          file: frame.file,
          line: frame.line,
          functionOffset: frame.function_offset === null ? null : Number(BigInt(frame.function_offset)),
          inlines: (frame.inlines ?? []).map((call) => ({ function: call.function, file: call.file, line: call.line })),
        }
        if (JSON.stringify(ours) !== JSON.stringify(theirs)) different.push(`${name} ${frame.module}+${frame.module_offset}`)
      }
    }
    supplier.close()
    expect(compared).toBeGreaterThan(3800)
    // rust-minidump drops this whole file because its last line has no newline; Breakpad reads it.
    expect(different).toEqual(['breakpad/linux_inline.dmp linux_inline+0x00000000000161b6'])
  })

  test('give the inlined calls of a file without a final newline as Breakpad does', () => {
    const supplier = folderSymbols([join(fixtures, 'symbols')])
    const found = supplier.find({ debugFile: 'linux_inline', debugId: 'BBA6FA10B8AAB33D00000000000000000' })
    expect(found.state === 'loaded' && found.symbols.lookup(0x161b6)).toMatchObject({
      function: 'main',
      file: 'a.cpp',
      line: 42,
      inlines: [
        { function: 'func()', file: 'linux_inline.cpp', line: 27 },
        { function: 'bar()', file: 'c.cpp', line: 32 },
        { function: 'foo()', file: 'b.cpp', line: 39 },
      ],
    })
    supplier.close()
  })
})
