import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { type Answer, exchange } from './http.ts'
import { spawnTied, startScreen } from './screen.ts'
import { readyTimeoutMs, type TestedBrowser, type TestedTab } from './tested-browser.ts'
import { until } from './until.ts'

const startTimeoutMs = 120_000
const miniBrowser = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'

/** WebKitGTK's own small browser over WebDriver, on a screen of Xvfb. */
export async function testedWebKit(home: string, port: number): Promise<TestedBrowser> {
  mkdirSync(home, { recursive: true })
  const screen = await startScreen()
  const folders = Object.fromEntries(['HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME'].map((name) => [name, home]))
  const driver = spawnTied('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    ...process.env,
    ...folders,
    DISPLAY: screen.display,
  })
  const ask = asker(`http://127.0.0.1:${port}`)
  await until('WebKitWebDriver to listen', startTimeoutMs, () =>
    ask('GET', '/status').then(
      () => true,
      () => undefined,
    ),
  )
  let session: Session | undefined
  /** The driver gives up on the whole browser when a page of it dies. */
  const giveUp = async () => {
    await session?.ask('DELETE', '').catch(() => undefined)
    session = undefined
  }
  return {
    name: 'WebKit',
    openTab: async (url) => {
      if (session?.isLost) await giveUp()
      session ??= await newSession(ask)
      await session.ask('POST', '/window', { handle: session.firstWindow })
      const { handle } = (await session.ask('POST', '/window/new', { type: 'window' })) as { handle: string }
      const tab = webKitTab(session, handle, driver.pid ?? 0)
      await tab.goto(url)
      return tab
    },
    close: async () => {
      await giveUp()
      driver.kill('SIGTERM')
      await until('WebKit to end', startTimeoutMs, () => driver.exitCode ?? driver.signalCode ?? undefined)
      screen.kill()
    },
  }
}

interface Session {
  readonly ask: Ask
  readonly firstWindow: string
  isLost: boolean
}

async function newSession(ask: Ask): Promise<Session> {
  const capabilities = {
    acceptInsecureCerts: true,
    'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation'] },
  }
  const { sessionId } = (await ask('POST', '/session', { capabilities: { alwaysMatch: capabilities } })) as { sessionId: string }
  const inSession: Ask = (method, path, body) => ask(method, `/session/${sessionId}${path}`, body)
  return { ask: inSession, firstWindow: String(await inSession('GET', '/window')), isLost: false }
}

type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>

function asker(origin: string): Ask {
  return async (method, path, body) => {
    const bytes = body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }
    const answer: Answer = await exchange(`${origin}${path}`, { method, ...bytes })
    const { value } = JSON.parse(answer.text) as { value: unknown }
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(value).slice(0, 300)}`)
    return value
  }
}

function webKitTab(session: Session, handle: string, driverPid: number): TestedTab {
  /** The driver speaks to one tab at a time. */
  const here = async (method: string, path: string, body: unknown) => {
    await session.ask('POST', '/window', { handle })
    return session.ask(method, path, body)
  }
  let pid = 0
  /** A tab's process is the one that its first load started, or changed to. */
  const loaded = async (load: () => Promise<unknown>) => {
    const before = webProcesses(driverPid)
    await load()
    const started = webProcesses(driverPid).filter((each) => !before.includes(each))
    pid = started.at(-1) ?? (pid || (before.at(-1) ?? 0))
  }
  return {
    goto: (url) => loaded(() => here('POST', '/url', { url })),
    reload: () => loaded(() => here('POST', '/refresh', {})),
    evaluate: async (expression) => {
      const script = `const [done] = arguments; Promise.resolve(${expression}).then((value) => done(JSON.stringify([value ?? null])), (error) => done(String(error)))`
      const text = String(await here('POST', '/execute/async', { script, args: [] }))
      if (!text.startsWith('[')) throw new Error(text)
      return JSON.parse(text)[0]
    },
    show: async () => undefined,
    kill: async () => {
      session.isLost = true
      // Its own handler of SIGSEGV goes on where there was no fault.
      process.kill(pid, 'SIGABRT')
      await until('the web process to end', readyTimeoutMs, () => (webProcesses(driverPid).includes(pid) ? undefined : true))
    },
    close: async () => {
      await here('DELETE', '/window', undefined)
    },
  }
}

/** Grandchildren of the driver, in the order in which they started. */
function webProcesses(driverPid: number): readonly number[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (processAt(Number(name)) ?? []) : []))
  const browsers = new Set(all.filter(({ parent }) => parent === driverPid).map(({ pid }) => pid))
  return all
    .filter(({ parent, name, state }) => browsers.has(parent) && name.startsWith('WebKitWeb') && state !== 'Z')
    .map(({ pid }) => pid)
}

function processAt(
  pid: number,
): { readonly pid: number; readonly name: string; readonly state: string; readonly parent: number } | undefined {
  try {
    const [, name = '', state = '', parent = ''] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return { pid, name, state, parent: Number(parent) }
  } catch {
    return undefined
  }
}
