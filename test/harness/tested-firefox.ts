import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bidi, connectBidi } from './bidi.ts'
import { readyTimeoutMs, type TestedBrowser, type TestedTab } from './tested-browser.ts'
import { until } from './until.ts'

const startTimeoutMs = 120_000
const preferences: Readonly<Record<string, unknown>> = {
  'remote.active-protocols': 1,
  // No page of its own is loaded, nothing is asked, nothing is sent.
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
  'browser.tabs.crashReporting.sendReport': false,
  'app.update.disabledForTesting': true,
  'network.captive-portal-service.enabled': false,
  'browser.safebrowsing.downloads.remote.enabled': false,
}

/** Debian's firefox-esr over WebDriver BiDi, with access to its own windows: only there stands which process a tab has. */
export async function testedFirefox(home: string): Promise<TestedBrowser> {
  mkdirSync(home, { recursive: true })
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
  writeFileSync(join(home, 'user.js'), lines.join(''))
  const options = ['--headless', '--no-remote', '--profile', home, '--remote-debugging-port', '0', '--remote-allow-system-access']
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'firefox-esr', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: home, MOZ_CRASHREPORTER_DISABLE: '1' },
  })
  const bidi = await connectBidi(`${await listening(child)}/session`)
  await bidi.send('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } })
  return {
    name: 'Firefox',
    openTab: async (url) => {
      const { context } = await bidi.send('browsingContext.create', { type: 'tab' })
      const tab = firefoxTab(bidi, String(context))
      await tab.goto(url)
      return tab
    },
    close: async () => {
      await bidi.send('browser.close', {}).catch(() => child.kill('SIGKILL'))
      await until('Firefox to end', startTimeoutMs, () => child.exitCode ?? child.signalCode ?? undefined)
    },
  }
}

function listening(child: ChildProcess): Promise<string> {
  let said = ''
  const see = (chunk: Buffer) => {
    said += chunk.toString()
  }
  child.stdout?.on('data', see)
  child.stderr?.on('data', see)
  return until('Firefox to listen', startTimeoutMs, () => /listening on (ws:\S+)/.exec(said)?.[1])
}

function firefoxTab(bidi: Bidi, context: string): TestedTab {
  const evaluate = async (expression: string) => {
    const source = `(async () => JSON.stringify((await (${expression})) ?? null))()`
    return JSON.parse(String(await bidi.evaluate(source, { context })))
  }
  return {
    goto: async (url) => {
      await bidi.send('browsingContext.navigate', { context, url, wait: 'complete' })
    },
    reload: async () => {
      await bidi.send('browsingContext.reload', { context, wait: 'complete' })
    },
    evaluate,
    show: async () => {
      await bidi.send('browsingContext.activate', { context })
    },
    kill: async () => {
      const pid = await processOf(bidi, context)
      if (pid < 2) throw new Error('The tab has no process.')
      process.kill(pid, 'SIGABRT')
      await until('the content process to end', readyTimeoutMs, () => (isRunning(pid) ? undefined : true))
    },
    close: async () => {
      // As a person closes it: the page is asked first.
      await bidi.send('browsingContext.close', { context, promptUnload: true })
    },
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The process of a tab's page, 0 where it has none. */
async function processOf(bidi: Bidi, context: string): Promise<number> {
  const expression = `(() => {
    const { NavigableManager } = ChromeUtils.importESModule('chrome://remote/content/shared/NavigableManager.sys.mjs')
    const pid = (tab) => tab.linkedBrowser.browsingContext?.currentWindowGlobal?.osPid ?? 0
    const tab = gBrowser.tabs.find((each) => NavigableManager.getIdForBrowser(each.linkedBrowser) === ${JSON.stringify(context)})
    return String(tab ? pid(tab) : 0)
  })()`
  return Number(await bidi.evaluate(expression, { context: await bidi.chromeContext() }))
}
