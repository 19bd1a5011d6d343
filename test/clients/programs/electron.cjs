// Runs services' unmodified clients for Electron; its last line is what they told the crash reporter.
const { subscribe } = require('node:diagnostics_channel')
const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { join } = require('node:path')
const { electron, told } = require('./electron-main.cjs')

const load = createRequire(`${process.env.CLIENTS}/index.js`)
const { CLIENT, SENTRY, FOLDER, SERVER, URL: url, KEY, DUMP, ANSWERS = '0' } = process.env
let answers = 0
subscribe('http.client.response.finish', () => {
  answers += 1
})

/** The test ends what takes too long. */
async function until(isSo) {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 50))
}

const clients = {
  /** Sends the dumps of the last run itself. */
  async sentry() {
    const Sentry = load(`${SENTRY}/main`)
    Sentry.init({ dsn: url, release: 'shop@2.0.0', environment: 'test' })
    Sentry.setTag('phase', 'checkout')
    await until(() => !existsSync(DUMP))
    await Sentry.flush(10_000)
  },
  /** Leaves sending to Electron. */
  async 'sentry-uploader'() {
    const Sentry = load(`${SENTRY}/main`)
    const integrations = [Sentry.electronMinidumpIntegration()]
    Sentry.init({ dsn: url, release: 'shop@2.0.0', environment: 'test', integrations })
    Sentry.setTag('phase', 'checkout')
    // Three pieces of a field.
    Sentry.setExtra('basket', 'apple '.repeat(8000))
    await until(() => Object.keys(told.extra).length > 2)
  },
  /** Leaves sending to Electron, and adds files at the next start. */
  async backtrace() {
    const { BacktraceClient } = load('@backtrace/electron')
    const [log, path] = [join(FOLDER, 'shop.log'), join(FOLDER, 'database')]
    writeFileSync(log, 'a line of the log')
    const database = { enable: true, path, createDatabaseDirectory: true, captureNativeCrashes: true }
    const options = { url, userAttributes: { phase: 'checkout' }, attachments: [log], database, metrics: { enable: false } }
    const client = BacktraceClient.initialize({ ...options, breadcrumbs: { enable: true } })
    client.breadcrumbs.info('one more')
    const written = (name) => name.includes('breadcrumbs') && readFileSync(join(path, name), 'utf8').includes('one more')
    await until(() => answers >= Number(ANSWERS) && readdirSync(path).some(written))
  },
  /** Sends a dump itself, packed. */
  async bugsnag() {
    const _config = { apiKey: KEY, endpoints: { minidumps: SERVER }, redactedKeys: [] }
    const client = { _config, _notifier: { name: 'Bugsnag Electron', version: '9.0.0' } }
    const { sendMinidump } = load('@bugsnag/plugin-electron-deliver-minidumps/send-minidump')(electron.net, client)
    const event = { app: { name: 'shop', version: '2.0.0' }, user: { id: '42' }, metadata: { basket: { apples: 3 } }, breadcrumbs: [] }
    await sendMinidump(DUMP, { ...event, severity: 'error', unhandled: true, exceptions: [] })
  },
}

clients[CLIENT]().then(
  () => {
    process.stdout.write(`${JSON.stringify(told)}\n`)
    process.exit(0)
  },
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  },
)
