// Makes docs/guide/report-page.png: `npx tsc -b && node scripts/report-picture.ts`. A C++ program dies under the real Crashpad handler, its symbols
// come from Breakpad's dump_syms, and Chromium takes the picture of its report.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { launchChromium, loggedIn } from '../test/harness/chromium.ts'
import { consentingDatabase, crashpadHandler } from '../test/harness/crashpad.ts'
import { breakpadTool, compile, run } from '../test/harness/programs.ts'
import { root, startServer, type TestedServer } from '../test/harness/server.ts'
import { until } from '../test/harness/until.ts'

const waitMs = 60_000
const picture = join(root, 'docs/guide/report-page.png')
const viewport = { width: 1180, height: 760 }
/** With their unwind information the stack ends where the program began. */
const systemLibraries = ['/lib/x86_64-linux-gnu/libc.so.6']
const versions = ['2.0.0', '2.0.1', '2.0.1']

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-picture-'))
const server = await startServer({ dataDir: join(folder, 'data') })
try {
  const program = await compile('shop.cc', join(folder, 'shop'), ['-g', '-O0'])
  for (const file of [program, ...systemLibraries]) await uploadSymbols(file)
  for (const [i, version] of versions.entries()) await crash(program, version, i)
  const [id] = await until('the reports to be processed', waitMs, async () => {
    const reports = await reportsOf(server)
    return reports.length === versions.length && reports.every(({ state }) => state === 'processed')
      ? reports.map((one) => one.id)
      : undefined
  })
  await takePicture(`${server.url}/p/default/r/${id}`)
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function uploadSymbols(file: string): Promise<void> {
  const { stdout } = await run(await breakpadTool('dump_syms'), ['-d', file], { maxBuffer: 64 * 1024 * 1024, timeout: waitMs })
  const symbols = join(folder, `${basename(file)}.sym`)
  writeFileSync(symbols, stdout)
  const upload = ['symbols', 'upload', symbols, '--server', server.url, '--data', join(folder, 'data')]
  await run(process.execPath, [join(root, 'packages/cli/dist/main.js'), ...upload], { timeout: waitMs })
}

/** The program ends with a status that says that its handler was done. */
async function crash(program: string, version: string, number: number): Promise<void> {
  const database = consentingDatabase(join(folder, `database-${number}`))
  const annotations = ['--annotation=prod=Shop', `--annotation=ver=${version}`, '--annotation=ptype=browser', '--annotation=channel=beta']
  const handler = [crashpadHandler, `--database=${database}`, `--url=${server.ingestUrl}`, '--no-rate-limit', ...annotations]
  await run(program, handler, { timeout: waitMs }).catch(() => undefined)
}

async function reportsOf(from: TestedServer): Promise<{ id: string; state: string }[]> {
  const answer = await from.ask('/api/v1/reports?project=default')
  // The shape is the server's own schema.
  return (JSON.parse(answer.text) as { items: { id: string; state: string }[] }).items
}

async function takePicture(address: string): Promise<void> {
  const browser = await launchChromium({ home: join(folder, 'browser') })
  try {
    const page = await loggedIn(browser, server)
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme: 'light' })
    await page.goto(address)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: picture })
  } finally {
    await browser.close()
  }
}
