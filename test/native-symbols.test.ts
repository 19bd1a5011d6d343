/** A C++ program dies under Crashpad; its symbols come later, and the report tells more without being asked. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GroupDetail, ReportDetail, SymbolModulePage } from '@crashkeep/server/api-types'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from './harness/cleanup.ts'
import { consentingDatabase, crashpadHandler } from './harness/crashpad.ts'
import { breakpadTool, compile, hasBreakpadTools, run } from './harness/programs.ts'
import { root, startServer, type TestedServer } from './harness/server.ts'
import { until } from './harness/until.ts'

const crashTimeoutMs = 60_000
const processingTimeoutMs = 60_000
/** What the program exits with when its handler said that all went well. */
const diedAsWished = 70

describe.skipIf(!hasBreakpadTools)("a C++ program under the real Crashpad handler (needs Breakpad's dump_syms)", () => {
  const undo = undoAfterAll()
  let folder: string
  let server: TestedServer
  let program: string
  let before: ReportDetail

  beforeAll(async () => {
    folder = temporaryFolder(undo, 'native')
    program = await compile('shop.cc', join(folder, 'shop'), ['-g', '-O0'])
    server = await startServer({ dataDir: join(folder, 'data') })
    undo(() => server.stop())
    before = await crash()
  })

  /** Runs the program into its crash and waits for the one new report. */
  async function crash(): Promise<ReportDetail> {
    const known = new Set(await reportIds())
    const handler = [
      crashpadHandler,
      `--database=${consentingDatabase(join(folder, `database-${known.size}`))}`,
      `--url=${server.ingestUrl}`,
      '--no-rate-limit',
      '--annotation=prod=Shop',
      '--annotation=ver=2.0.1',
    ]
    const ended = await run(program, handler, { timeout: crashTimeoutMs }).catch((error: unknown) => error)
    expect(ended).toMatchObject({ code: diedAsWished })
    const id = await until('the report to arrive', crashTimeoutMs, async () => (await reportIds()).find((each) => !known.has(each)))
    return server.finishedReport(id, processingTimeoutMs)
  }

  async function reportIds(): Promise<string[]> {
    const answer = await server.ask('/api/v1/reports?project=default')
    return (JSON.parse(answer.text) as { items: { id: string }[] }).items.map(({ id }) => id)
  }

  test('says which module lacks symbols before they are there', async () => {
    expect(before).toMatchObject({ state: 'processed', kind: 'minidump', dialect: 'crashpad', product: 'Shop', version: '2.0.1' })
    expect(before.reason).toContain('SIGSEGV')
    const [frame] = crashingFrames(before)
    expect(frame).toMatchObject({ module: 'shop', function: null, line: null })
    const modules = JSON.parse((await server.ask('/api/v1/symbols?project=default&missing=true')).text) as SymbolModulePage
    expect(modules.items).toContainEqual(expect.objectContaining({ debugFile: 'shop', state: 'missing', reports: 1 }))
    expect(modulesOf(before)).toContainEqual(expect.objectContaining({ filename: 'shop', missing_symbols: true }))
  })

  test('shows function, file and line after the symbols were uploaded, in the same group, unasked', async () => {
    const dumpSyms = await breakpadTool('dump_syms')
    // -d: inlined calls too.
    const { stdout } = await run(dumpSyms, ['-d', program], { maxBuffer: 64 * 1024 * 1024, timeout: crashTimeoutMs })
    const symbols = join(folder, 'shop.sym')
    writeFileSync(symbols, stdout)
    const upload = ['symbols', 'upload', symbols, '--server', server.url, '--data', join(folder, 'data')]
    const uploaded = await run(process.execPath, [join(root, 'packages/cli/dist/main.js'), ...upload], { timeout: crashTimeoutMs })
    expect(uploaded.stdout).toContain('1 report is processed again')

    const after = await until('the report to be processed again', processingTimeoutMs, async () => {
      const report = await server.report(before.id)
      return report?.state === 'processed' && report.processedAt !== before.processedAt ? report : undefined
    })
    const [crashed, caller, main] = crashingFrames(after)
    const source = readFileSync(join(root, 'test/programs/shop.cc'), 'utf8').split('\n')
    const lineOf = (text: string) => source.findIndex((line) => line.includes(text)) + 1
    expect(crashed?.function).toContain('shop::Cart::Total')
    expect(crashed?.file).toMatch(/shop\.cc$/)
    expect(crashed?.inlines?.[0] ?? {}).toMatchObject({ function: expect.stringContaining('PriceOf'), line: lineOf('return *item.price') })
    expect(crashed?.line).toBe(lineOf('int first = PriceOf'))
    expect(caller).toMatchObject({ function: expect.stringContaining('shop::Checkout'), line: lineOf('int total = Cart()') })
    expect(main?.function).toContain('main')
    expect(after.sentence).toContain('PriceOf')
    expect(after.signature).toContain('PriceOf')
    expect(modulesOf(after)).toContainEqual(expect.objectContaining({ filename: 'shop', missing_symbols: false }))

    expect(after.groupId).toBe(before.groupId)
    const group = JSON.parse((await server.ask(`/api/v1/groups/${after.groupId}`)).text) as GroupDetail
    expect(group).toMatchObject({ count: 1, signature: after.signature })
  })

  test('puts the next crash of the same kind into that group', async () => {
    const next = await crash()
    expect(next.groupId).toBe(before.groupId)
    expect(next.previousId ?? next.nextId).toBe(before.id)
    expect(server.output).not.toMatch(/"level":(50|60)/)
  })
})

interface Frame {
  readonly module: string | null
  readonly function: string | null
  readonly file: string | null
  readonly line: number | null
  readonly inlines: readonly { readonly function: string; readonly file: string | null; readonly line: number | null }[] | null
}

/** The parts of rust-minidump's schema that are looked at here. */
interface Processed {
  readonly crash_info: { readonly crashing_thread: number }
  readonly threads: readonly { readonly frames: readonly Frame[] }[]
  readonly modules: readonly { readonly filename: string; readonly missing_symbols: boolean }[]
}

function processedOf(report: ReportDetail): Processed {
  return report.processed as Processed
}

function crashingFrames(report: ReportDetail): readonly Frame[] {
  const { crash_info, threads } = processedOf(report)
  return threads[crash_info.crashing_thread]?.frames ?? []
}

function modulesOf(report: ReportDetail): Processed['modules'] {
  return processedOf(report).modules
}
