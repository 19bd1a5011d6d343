/**
 * A page that stops responding in a real browser: only one with a window ends such a page, when somebody clicks "Exit page", and only while
 * no debugger is attached. So Chromium runs on a screen of Xvfb, and what is done there is done with the mouse.
 */
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { ProcessedBrowserCrash, ReportDetail } from '@crashkeep/server/api-types'
import { describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { spawnTied, startScreen } from '../harness/screen.ts'
import { selfSigned } from '../harness/self-signed.ts'
import { startServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'

const hasScreen = spawnSync('sh', ['-c', 'command -v chromium && command -v Xvfb && command -v xdotool'], { stdio: 'ignore' }).status === 0
const windowSize = [900, 700] as const
/** Somewhere in the page, and "Exit page" in the dialog of Chromium 156 in a window of that size. */
const inPage = [450, 500] as const
const exitPage = [498, 294] as const
/** The dialog comes 15 s after a click that the page did not take. */
const dialogMs = 15_000
const startTimeoutMs = 120_000
const deliveryTimeoutMs = 240_000
const betweenClicksMs = 3000

/** A click makes it hang, in a function that the stack can name; a second click is what the browser misses. */
const page = `<!doctype html><title>Shop</title><script>
function hang() { for (;;); }
function total() { hang(); }
addEventListener('mousedown', () => setTimeout(total, 10))
</script>`

describe.skipIf(!hasScreen)('a page that stops responding in a window (needs Xvfb, xdotool and Chromium)', () => {
  const undo = undoAfterAll()

  test('is reported with its stack when somebody ends it', { timeout: startTimeoutMs + 2 * deliveryTimeoutMs }, async () => {
    const folder = temporaryFolder(undo, 'window')
    const { certPath, keyPath, cert, key } = selfSigned(folder)
    const server = await startServer({ dataDir: join(folder, 'data'), arguments: ['--tls-cert', certPath, '--tls-key', keyPath], ca: cert })
    undo(() => server.stop())
    let opened = false
    const shop = createServer({ cert, key }, (_, response) => {
      opened = true
      response.setHeader('content-type', 'text/html')
      response.setHeader('reporting-endpoints', `crash-reporting="${server.ingestUrl}"`)
      response.setHeader('document-policy', 'include-js-call-stacks-in-crash-reports')
      response.end(page)
    })
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
    undo(() => {
      shop.closeAllConnections()
      shop.close()
    })
    // Listening on a port, so the address is not a path.
    const url = `https://localhost:${(shop.address() as AddressInfo).port}/`
    const screen = await startScreen()
    undo(() => screen.kill())
    const browser = startBrowser(url, { home: join(folder, 'home'), temporary: folder, display: screen.display })
    undo(() => void browser.kill('SIGKILL'))

    await until('the page to be asked for', startTimeoutMs, () => opened || undefined)
    const began = Date.now()
    let clicked = 0
    const report = await until('the report', deliveryTimeoutMs, async () => {
      if (Date.now() - clicked > betweenClicksMs) {
        clicked = Date.now()
        // Before the dialog is there, the page is clicked: it may not have been drawn yet.
        const [x, y] = Date.now() - began > dialogMs ? exitPage : inPage
        await screen.click(x, y)
      }
      const { items } = JSON.parse((await server.ask('/api/v1/reports?project=default')).text) as { items: { id: string }[] }
      return items[0] && server.finishedReport(items[0].id, deliveryTimeoutMs)
    })
    const crash = crashOf(report)
    expect(crash).toMatchObject({ reason: 'unresponsive', stackMissing: null })
    expect(crash.stack.slice(0, 2).map(({ function: name }) => name)).toEqual(['hang', 'total'])
  })
})

interface Place {
  readonly home: string
  /** Where it leaves the folder of its socket when it is killed. */
  readonly temporary: string
  readonly display: string
}

function startBrowser(url: string, { home, temporary, display }: Place) {
  const quiet = ['--no-first-run', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  const place = [`--user-data-dir=${home}`, '--window-position=0,0', `--window-size=${windowSize.join(',')}`]
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const environment = { ...process.env, DISPLAY: display, HOME: home, TMPDIR: temporary }
  return spawnTied('chromium', [...quiet, ...sandbox, ...place, '--ignore-certificate-errors', '--short-reporting-delay', url], environment)
}

function crashOf(report: ReportDetail): ProcessedBrowserCrash {
  // The server's own schema for reports of this kind.
  return report.processed as ProcessedBrowserCrash
}
