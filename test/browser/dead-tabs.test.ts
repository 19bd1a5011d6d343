/** Tabs die in real browsers, and others end as tabs do: `@crashkeep/browser` tells of the first and of no other. */
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { browsers } from '../harness/installed-browsers.ts'
import { type Receiver, reportReceiver } from '../harness/report-receiver.ts'
import { selfSigned } from '../harness/self-signed.ts'
import { isWatched, soon, type TestedBrowser, type TestedTab } from '../harness/tested-browser.ts'
import { until } from '../harness/until.ts'
import { watchedSite } from '../harness/watched-site.ts'

const reportTimeoutMs = 60_000
/** With another tab beside it, a death is told within this. */
const promptMs = 2000
/** How long a page hangs in a test, several times as long as one must to be told of. */
const hangMs = 4000

for (const { name, isInstalled, outlivesItsPages, launch } of browsers) {
  describe.skipIf(!isInstalled)(`dead tabs in ${name}${isInstalled ? '' : ` (needs ${name})`}`, () => {
    const undo = undoAfterAll()
    let receiver: Receiver
    let site: string
    let browser: TestedBrowser

    beforeAll(async () => {
      const folder = temporaryFolder(undo, 'tabs')
      const certificate = selfSigned(folder)
      receiver = await reportReceiver(undo, certificate)
      site = await watchedSite(undo, {
        certificate,
        endpoint: receiver.endpoint,
        start: 'hangs: { afterMs: 1000 }, errors: true, sessions: true',
      })
      browser = await launch(join(folder, 'home'))
      undo(() => browser.close())
    })

    const crashes = () => receiver.reports.filter(({ type, body }) => type === 'crash' && body.reason === undefined)
    const crashOf = (path: string) =>
      receiver.received(
        `the crash of ${path}`,
        reportTimeoutMs,
        ({ type, url, body }) => type === 'crash' && body.reason === undefined && url === `${site}${path}`,
      )

    const tabs: TestedTab[] = []
    afterEach(async () => {
      for (const tab of tabs.splice(0)) await tab.close().catch(() => undefined)
    })

    async function open(path: string): Promise<TestedTab> {
      const tab = await browser.openTab(`${site}${path}`)
      tabs.push(tab)
      await tab.show()
      await tab.evaluate(isWatched)
      return tab
    }

    /** What is left of pages that are gone has been judged. */
    async function settled(tab: TestedTab, living: number): Promise<void> {
      await tab.evaluate(`new Promise((resolve, reject) => {
        const end = Date.now() + ${reportTimeoutMs}
        const look = () => {
          const records = Object.keys(localStorage).filter((key) => key.startsWith('crashkeep:page:'))
          if (records.length === ${living}) resolve()
          else if (Date.now() > end) reject(new Error(records.length + ' records: ' + records.map((key) => localStorage.getItem(key)).join()))
          else setTimeout(look, 20)
        }
        look()
      })`)
    }

    test('another tab tells of a dead one within two seconds, with its context', async () => {
      const [dying, living] = [await open('/dying'), await open('/living')]
      await dying.evaluate(`crashkeep.crashContext.set('phase', 'cart.total')`)
      await dying.show()
      const sid = await dying.evaluate('crashkeep.tabSession().session')
      const killedAt = Date.now()
      await dying.kill()
      const { body, age } = await crashOf('/dying')
      expect(Date.now() - killedAt).toBeLessThan(promptMs)
      expect(age).toBeLessThan(promptMs)
      expect(body).toMatchObject({
        is_top_level: true,
        crash_report_api: { phase: 'cart.total', release: 'shop@2.0.0', sid, detected_by: 'other-tab' },
      })
      if (outlivesItsPages) await settled(living, 1)
    })

    test('a tab that died alone is told of by the next page', async () => {
      const later = await browser.openTab(`${site}/later?bare`)
      const dying = await open('/alone')
      await dying.evaluate(`crashkeep.crashContext.set('phase', 'alone'), crashkeep.crashContext.flush()`)
      // By itself, since not every driver speaks to a browser in which a page has died: once that page's lock is free.
      const page = await dying.evaluate('crashkeep.tabSession().page')
      await soon(
        later,
        `const look = async () => {
          const { held } = await navigator.locks.query()
          if (held.some(({ name }) => name.includes(${JSON.stringify(page)}))) setTimeout(look, 50)
          else location.href = '/next'
        }
        look()`,
      )
      await dying.kill()
      const { body } = await crashOf('/alone')
      expect(body.crash_report_api).toMatchObject({ phase: 'alone', detected_by: 'next-load' })
      await later.close().catch(() => undefined)
    })

    // WebKit's driver gives up a browser in which a page died.
    if (outlivesItsPages) {
      test('a tab that died and is loaded again tells of itself', async () => {
        const dying = await open('/again')
        await dying.kill()
        await dying.goto(`${site}/again`)
        const { body } = await crashOf('/again')
        expect(body.crash_report_api).toMatchObject({
          detected_by: 'same-tab',
          sid: await dying.evaluate('crashkeep.tabSession().session'),
        })
        await settled(dying, 1)
      })
    }

    test('reloads, navigations, closed and left pages are no crashes', async () => {
      const before = crashes().length
      const [watching, tab] = [await open('/watching'), await open('/a')]
      await tab.reload()
      await tab.evaluate(isWatched)
      await tab.goto(`${site}/b`)
      await tab.evaluate(isWatched)
      await tab.goto(`${site}/bare?bare`)
      await soon(tab, 'history.back()')
      await until(
        'the way back',
        reportTimeoutMs,
        async () => (await tab.evaluate('location.pathname').catch(() => '')) === '/b' || undefined,
      )
      await tab.evaluate(isWatched)
      await settled(watching, 2)
      await tab.close()
      await settled(watching, 1)
      expect(crashes().slice(before)).toEqual([])
    })

    // Playwright's Chromium has no cache for the way back.
    if (name !== 'Chromium') {
      test('a page that is watched still comes back from the cache of its browser', async () => {
        const tab = await open('/kept')
        await tab.evaluate('(window.isKept = true)')
        await tab.goto(`${site}/bare?bare`)
        await soon(tab, 'history.back()')
        await until(
          'the way back',
          reportTimeoutMs,
          async () => (await tab.evaluate('location.pathname').catch(() => '')) === '/kept' || undefined,
        )
        expect(await tab.evaluate('window.isKept')).toBe(true)
        await settled(tab, 1)
      })
    }

    test('a page that stops answering is told of by its worker, and is no crash when it is closed', async () => {
      const before = crashes().length
      const [watching, tab] = [await open('/watching'), await open('/stuck')]
      const isHang = ({ url, body: { reason } }: (typeof receiver.reports)[number]) => reason === 'unresponsive' && url === `${site}/stuck`
      const hang = () => soon(tab, `{ const end = Date.now() + ${hangMs}; while (Date.now() < end); }`)
      await hang()
      // A worker that the machine kept waiting for so long has not seen it; then it hangs again.
      const { body } = await receiver
        .received('the hang', 2 * hangMs, isHang)
        .catch(() => hang().then(() => receiver.received('the hang', reportTimeoutMs, isHang)))
      expect(body.crash_report_api).toMatchObject({ release: 'shop@2.0.0', detected_by: 'worker' })
      await tab.close()
      await settled(watching, 1)
      expect(crashes().slice(before)).toEqual([])
    })

    test('uncaught errors and the start and end of sessions are told of', async () => {
      const tab = await open('/errors')
      const sid = await tab.evaluate('crashkeep.tabSession().session')
      await soon(tab, `throw new TypeError('no such cart')`)
      const error = await receiver.received('the error', reportTimeoutMs, ({ type }) => type === 'javascript-error')
      expect(error.body).toMatchObject({ name: 'TypeError', message: 'no such cart', crash_report_api: { release: 'shop@2.0.0', sid } })
      await tab.close()
      for (const state of ['start', 'end']) {
        const fits = ({ type, body }: (typeof receiver.reports)[number]) =>
          type === 'session' && body.crash_report_api.sid === sid && body.state === state
        await receiver.received(`the session's ${state}`, reportTimeoutMs, fits)
      }
    })
  })
}
