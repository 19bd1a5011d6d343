/**
 * As much of Electron's main process as the services' clients for it ask for, over Node.js: Electron itself cannot be installed here. Its network is
 * Node's; its crash reporter remembers what it was told, and the test uploads as Electron would.
 */
const { EventEmitter } = require('node:events')
const http = require('node:http')
const { Module } = require('node:module')
const { join } = require('node:path')

const { FOLDER, READY, UPLOADED = '[]' } = process.env
const told = { started: undefined, extra: {} }

/** Whatever else is asked for can be called, and does nothing. */
function standIn(members) {
  return new Proxy(Object.assign(new EventEmitter(), members), {
    get: (target, name) => (name in target || typeof name === 'symbol' || name === 'then' ? Reflect.get(target, name) : () => undefined),
  })
}

function request({ url, ...options }, answered) {
  const [listener] = [answered].filter((each) => typeof each === 'function')
  return url === undefined ? http.request(options, listener) : http.request(url, options, listener)
}

const electron = {
  app: standIn({
    name: 'shop',
    isPackaged: true,
    commandLine: standIn({}),
    getName: () => 'shop',
    getVersion: () => '2.0.0',
    getPath: (name) => join(FOLDER, name),
    getAppPath: () => FOLDER,
    getAppMetrics: () => [],
    getLocale: () => 'en',
    getPreferredSystemLanguages: () => ['en'],
    getGPUInfo: async () => ({}),
    getGPUFeatureStatus: () => ({}),
    isReady: () => READY === 'yes',
    whenReady: async () => undefined,
  }),
  crashReporter: {
    start: (options) => Object.assign(told, { started: options }),
    addExtraParameter: (name, value) => Object.assign(told.extra, { [name]: value }),
    removeExtraParameter: (name) => Reflect.deleteProperty(told.extra, name),
    getUploadedReports: () => JSON.parse(UPLOADED).map(({ id, date }) => ({ id, date: new Date(date) })),
    getLastCrashReport: () => null,
  },
  net: { online: true, isOnline: () => true, request },
  screen: standIn({ getAllDisplays: () => [], getPrimaryDisplay: () => ({ id: 1, size: { width: 1, height: 1 } }) }),
  session: { defaultSession: standIn({ getPreloads: () => [], protocol: standIn({}), webRequest: standIn({}) }) },
  BrowserWindow: { getAllWindows: () => [], getFocusedWindow: () => null },
  webContents: { getAllWebContents: () => [], fromId: () => undefined },
  ipcMain: standIn({}),
  protocol: standIn({}),
  powerMonitor: standIn({}),
  autoUpdater: standIn({}),
  utilityProcess: standIn({}),
  Notification: class {},
}

for (const [name, value] of Object.entries({ electron: '41.0.0', chrome: '146.0.0.0' }))
  Object.defineProperty(process.versions, name, { value })
Object.defineProperty(process, 'type', { value: 'browser' })
const load = Module._load
Module._load = (name, ...rest) => (name === 'electron' ? electron : load(name, ...rest))

module.exports = { electron, told }
