// Makes a Node.js look like Electron's main process: what Electron 38 shows of itself there, and of its module what the reporter uses.
// It captures and sends nothing; the tests let Debian's Crashpad do that in the same folder.
const Module = require('node:module')
const { appendFileSync } = require('node:fs')

const { ELECTRON_CRASH_DUMPS: crashDumps, ELECTRON_CALLS: calls, ELECTRON_PLATFORM: platform } = process.env
Object.defineProperty(process.versions, 'electron', { value: '38.1.0' })
Object.defineProperty(process, 'type', { value: 'browser' })
if (platform !== undefined) Object.defineProperty(process, 'platform', { value: platform })

let uploadToServer = false
const parameters = {}
const recorded = (name, ...args) => appendFileSync(calls, `${JSON.stringify([name, ...args])}\n`)

const crashReporter = {
  start(options) {
    recorded('start', options)
    if ((options.uploadToServer ?? true) && !options.submitURL) throw new Error('submitURL must be specified when uploadToServer is true')
    uploadToServer = options.uploadToServer ?? true
  },
  // As the real one: every report, with empty ids and the beginning of time.
  getUploadedReports: () => [{ date: new Date(0), id: '' }],
  getLastCrashReport: () => ({ date: new Date(0), id: '' }),
  getUploadToServer: () => uploadToServer,
  setUploadToServer(value) {
    recorded('setUploadToServer', value)
    uploadToServer = value
  },
  addExtraParameter(key, value) {
    parameters[key] = value
  },
  removeExtraParameter(key) {
    delete parameters[key]
  },
  getParameters: () => ({ ...parameters }),
}
const app = {
  name: 'Zombies',
  getName: () => 'Zombies',
  getVersion: () => '1.2.3',
  getPath: (name) => (name === 'crashDumps' ? crashDumps : '/nowhere'),
  setPath() {},
}

const load = Module._load
Module._load = function (request, ...rest) {
  return request === 'electron' ? { app, crashReporter } : load.call(this, request, ...rest)
}
