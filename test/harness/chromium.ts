/** Debian's Chromium: one that crashes under its own Crashpad, and one to look at pages with. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { chromiumFolder } from './crashpad.ts'
import type { TestedServer } from './server.ts'

const launchTimeoutMs = 120_000
const pageTimeoutMs = 60_000
const quietArguments = [
  '--no-first-run',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface BrowserOptions {
  /** Its home: profile and settings of Chromium end there. */
  readonly home: string
  readonly folder?: string
  readonly arguments?: readonly string[]
  readonly ignoreDefaultArguments?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

export function launchChromium(options: BrowserOptions): Promise<Browser> {
  mkdirSync(options.home, { recursive: true })
  return chromium.launch({
    executablePath: join(options.folder ?? chromiumFolder, 'chromium'),
    headless: true,
    // As root there is no sandbox of Chromium's.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [...quietArguments, ...(options.arguments ?? [])],
    ignoreDefaultArgs: [...(options.ignoreDefaultArguments ?? [])],
    env: { ...definedEnvironment(), HOME: options.home, XDG_CONFIG_HOME: join(options.home, 'config'), ...options.environment },
    timeout: launchTimeoutMs,
  })
}

/**
 * A copy of Chromium's folder whose crash handler is told where to upload: Debian's build has no address of its own. Links where the file
 * system allows them.
 */
export function chromiumThatUploadsTo(url: string, copy: string): string {
  try {
    execFileSync('cp', ['-al', chromiumFolder, copy], { stdio: 'ignore' })
  } catch {
    execFileSync('cp', ['-aT', chromiumFolder, copy])
  }
  const handler = join(copy, 'chrome_crashpad_handler')
  const realHandler = join(copy, 'real_crashpad_handler')
  renameSync(handler, realHandler)
  writeFileSync(handler, `#!/bin/sh\nexec '${realHandler}' --url='${url}' --no-rate-limit "$@"\n`)
  chmodSync(handler, 0o755)
  return copy
}

/** Resolves when the page's process is gone. The command itself is never answered. */
export async function crash(page: Page): Promise<void> {
  const gone = crashed(page)
  const session: CDPSession = await page.context().newCDPSession(page)
  session.send('Page.crash').catch(() => undefined)
  await gone
}

export function crashed(page: Page): Promise<unknown> {
  return page.waitForEvent('crash', { timeout: pageTimeoutMs })
}

/** A page of a logged-in administrator. */
export async function loggedIn(browser: Browser, server: TestedServer): Promise<Page> {
  const page = await browser.newPage({ ignoreHTTPSErrors: true })
  page.setDefaultTimeout(pageTimeoutMs)
  await page.goto(server.loginUrl)
  await page.waitForURL((url) => !url.pathname.startsWith('/login'))
  return page
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
