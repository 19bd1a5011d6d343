/** Hundreds of lives of tabs, most of them ordinary: every crash is told once, and nothing else is. */
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder, undoAfterAll } from '../harness/cleanup.ts'
import { browsers } from '../harness/installed-browsers.ts'
import { seededRandom } from '../harness/random.ts'
import { type Receiver, reportReceiver } from '../harness/report-receiver.ts'
import { selfSigned } from '../harness/self-signed.ts'
import { isWatched, soon, type TestedBrowser, type TestedTab } from '../harness/tested-browser.ts'
import { watchedSite } from '../harness/watched-site.ts'

/** 500 together, in two minutes; the slower browsers get fewer. */
const livesIn: Readonly<Record<string, number>> = { Chromium: 300, Firefox: 120, WebKit: 80 }
/** Every eighth life ends in a crash, all others as most do. */
const crashEvery = 8
/** Bounds a browser that hangs: with other programs on all cores Chromium took 140 s. */
const livesTimeoutMs = 1_200_000
const settleTimeoutMs = 120_000
const seed = 20_251_120

interface Life {
  readonly tab: TestedTab
  /** Of the page that lives, without the site. */
  readonly path: string
  readonly site: string
}

/** What happens to a tab before it is closed; whoever answers true has crashed. */
const fates: Readonly<Record<string, (life: Life) => Promise<boolean>>> = {
  close: async () => false,
  reload: async ({ tab }) => {
    await tab.reload()
    await tab.evaluate(isWatched)
    return false
  },
  navigate: async ({ tab, site, path }) => {
    await tab.goto(`${site}${path}/next`)
    await tab.evaluate(isWatched)
    return false
  },
  leave: async ({ tab, site }) => {
    await tab.goto(`${site.replace('localhost', '127.0.0.1')}/bare?bare`)
    return false
  },
  leaveAndReturn: async ({ tab, site, path }) => {
    await tab.goto(`${site}/bare?bare`)
    await tab.goto(`${site}${path}/return`)
    await tab.evaluate(isWatched)
    return false
  },
  busyClose: async ({ tab }) => {
    await soon(tab, '{ const end = Date.now() + 200; while (Date.now() < end); }')
    return false
  },
  freezeAndClose: async ({ tab }) => {
    await tab.freeze?.(true)
    return false
  },
  freezeAndResume: async ({ tab }) => {
    await tab.freeze?.(true)
    await tab.freeze?.(false)
    return false
  },
  fullOfContext: async ({ tab }) => {
    await tab.evaluate(`(() => { for (let i = 0; i < 60; i++) crashkeep.crashContext.set('k' + i, 'x'.repeat(1000)) })()`)
    return false
  },
}

const crash = async ({ tab }: Life) => {
  await tab.show()
  await tab.evaluate(`new Promise((resolve) => {
    const look = () => (document.visibilityState === 'visible' ? resolve() : setTimeout(look, 10))
    look()
  })`)
  await tab.kill()
  return true
}

for (const { name, isInstalled, outlivesItsPages, launch } of browsers) {
  describe.skipIf(!isInstalled)(`lives of tabs in ${name}${isInstalled ? '' : ` (needs ${name})`}`, () => {
    const undo = undoAfterAll()
    let receiver: Receiver
    let site: string
    let browser: TestedBrowser

    beforeAll(async () => {
      const folder = temporaryFolder(undo, 'lives')
      const certificate = selfSigned(folder)
      receiver = await reportReceiver(undo, certificate)
      // A page that the machine keeps waiting is no crash.
      site = await watchedSite(undo, { certificate, endpoint: receiver.endpoint, start: 'hangs: { afterMs: 120_000 }' })
      browser = await launch(join(folder, 'home'))
      undo(() => browser.close())
    })

    test('every crash is told once, and nothing else', { timeout: livesTimeoutMs }, async () => {
      const random = seededRandom(seed)
      const choices = Object.entries(fates)
      const watcher = await browser.openTab(`${site}/watcher`)
      await watcher.evaluate(isWatched)
      const crashed: string[] = []
      for (let index = 0; index < (livesIn[name] ?? 0); index++) {
        // WebKit's driver gives up a browser in which a page died: there all lives are ordinary.
        const isCrash = outlivesItsPages && index % crashEvery === crashEvery - 1
        const [fate, live] = isCrash ? (['crash', crash] as const) : (choices[random.below(choices.length)] ?? ['close', fates.close])
        const path = `/${index}-${fate}`
        const tab = await browser.openTab(`${site}${path}`)
        await tab.evaluate(isWatched)
        if (await live?.({ tab, path, site })) crashed.push(`${site}${path}`)
        await tab.close()
      }
      await watcher.evaluate(`new Promise((resolve, reject) => {
        const end = Date.now() + ${settleTimeoutMs}
        const look = () => {
          const left = Object.keys(localStorage).filter((key) => key.startsWith('crashkeep:page:')).length
          if (left === 1) resolve()
          else if (Date.now() > end) reject(new Error(left + ' records are left'))
          else setTimeout(look, 50)
        }
        look()
      })`)
      expect(receiver.reports.map(({ url }) => url).sort()).toEqual(crashed.sort())
    })
  })
}
