import type { Browser, Page } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { readyTimeoutMs, type TestedBrowser, type TestedTab } from './tested-browser.ts'
import { until } from './until.ts'

/** Debian's Chromium. All tabs share one profile, as a person's do. */
export async function testedChromium(home: string, more: readonly string[] = []): Promise<TestedBrowser & { readonly browser: Browser }> {
  const browser = await launchChromium({ home, arguments: ['--ignore-certificate-errors', ...more] })
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  return {
    name: 'Chromium',
    browser,
    openTab: async (url) => {
      const page = await context.newPage()
      const tab = await chromiumTab(page)
      await tab.goto(url)
      return tab
    },
    close: () => browser.close(),
  }
}

/** Over a session of its own: Playwright has given up on a page that crashed, while the tab can load another. */
async function chromiumTab(page: Page): Promise<TestedTab> {
  const session = await page.context().newCDPSession(page)
  await session.send('Page.enable')
  await session.send('Inspector.enable')
  const evaluate = async (expression: string) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  const loaded = async (load: () => Promise<unknown>) => {
    const done = new Promise<void>((resolve, reject) => {
      session.once('Page.loadEventFired', () => resolve())
      setTimeout(() => reject(new Error('The page never loaded.')), readyTimeoutMs).unref()
    })
    await load()
    await done
  }
  return {
    goto: (url) => loaded(() => session.send('Page.navigate', { url })),
    reload: () => loaded(() => session.send('Page.reload')),
    evaluate,
    freeze: async (frozen) => {
      await session.send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' })
    },
    show: () => page.bringToFront(),
    kill: async () => {
      let isGone = false
      session.once('Inspector.targetCrashed', () => {
        isGone = true
      })
      session.send('Page.crash').catch(() => undefined)
      await until('the page to crash', readyTimeoutMs, () => isGone || undefined)
    },
    close: () => page.close(),
  }
}
