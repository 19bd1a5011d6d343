import { spawnSync } from 'node:child_process'
import { type AddressInfo, createServer } from 'node:net'
import type { TestedBrowser } from './tested-browser.ts'
import { testedChromium } from './tested-chromium.ts'
import { testedFirefox } from './tested-firefox.ts'
import { testedWebKit } from './tested-webkit.ts'

export interface InstalledBrowser {
  readonly name: string
  /** How the title of a test says that its browser is missing. */
  readonly isInstalled: boolean
  /** It can be spoken to after a tab was killed; otherwise the next tab is of a new browser. */
  readonly outlivesItsPages: boolean
  launch(home: string): Promise<TestedBrowser>
}

export const browsers: readonly InstalledBrowser[] = [
  { name: 'Chromium', isInstalled: has('chromium'), outlivesItsPages: true, launch: (home) => testedChromium(home) },
  { name: 'Firefox', isInstalled: has('firefox-esr'), outlivesItsPages: true, launch: testedFirefox },
  {
    name: 'WebKit',
    isInstalled: has('WebKitWebDriver') && has('Xvfb'),
    outlivesItsPages: false,
    launch: async (home) => testedWebKit(home, await freePort()),
  },
]

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0
}

/** For a driver that chooses none itself. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Listening on a port, so the address is not a path.
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
