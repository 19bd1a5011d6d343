// `npm test`: installs what the tests need, builds, and runs everything. CI runs exactly this.
import { spawnSync } from 'node:child_process'
import { ensureBuild, ensureDependencies, fail, run } from './workspace.mjs'

/** Debian packages by the program that proves their presence. */
const debianPackages = [
  { name: 'chromium', has: 'command -v chromium' },
  { name: 'g++', has: 'command -v g++' },
  { name: 'postgresql', has: 'ls /usr/lib/postgresql/*/bin/initdb' },
  { name: 'openssl', has: 'command -v openssl' },
  { name: 'curl', has: 'command -v curl' },
  { name: 'firefox-esr', has: 'command -v firefox-esr' },
  { name: 'webkit2gtk-driver', has: 'command -v WebKitWebDriver || ls /usr/lib/*/webkit2gtk-4.*/WebKitWebDriver' },
  { name: 'xvfb', has: 'command -v Xvfb' },
  { name: 'xdotool', has: 'command -v xdotool' },
  { name: 'binutils', has: 'command -v readelf' },
  { name: 'gdb', has: 'command -v gdb' },
  { name: 'clang', has: 'command -v clang++' },
  { name: 'llvm', has: 'command -v llvm-symbolizer' },
  { name: 'lld', has: 'command -v lld-link' },
  { name: 'g++-mingw-w64-x86-64', has: 'command -v x86_64-w64-mingw32-g++' },
  { name: 'e2fsprogs', has: 'command -v mkfs.ext4 || ls /sbin/mkfs.ext4' },
]
const aptTimeoutMs = 15 * 60_000

function ensureDebianPackages() {
  const missing = debianPackages.filter(({ has }) => spawnSync('sh', ['-c', `${has} >/dev/null 2>&1`]).status !== 0).map(({ name }) => name)
  if (missing.length === 0) return
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() !== 0) fail(`The tests need ${missing.join(', ')}: run "${command}" as root, then this again.`)
  console.log(`Installing ${missing.join(', ')}…`)
  const options = {
    timeout: aptTimeoutMs,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  run('apt-get', ['update', '-qq'], options)
  if (!run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], options))
    fail(`"${command}" failed: see its message above.`)
}

ensureDependencies()
ensureDebianPackages()
ensureBuild()
const { runSteps } = await import('./steps.mjs')
runSteps(['lint', 'types', 'unit', 'parts', 'browser', 'end to end'])
