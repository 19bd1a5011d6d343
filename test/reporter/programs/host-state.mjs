// Prints everything about its process that a program can see, in one line of JSON; what it was started with made the difference.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { url } from 'node:inspector'

const status = readFileSync('/proc/self/status', 'utf8')
const field = (name) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1]

function signalsIn(mask) {
  const bits = BigInt(`0x${mask}`)
  return Array.from({ length: 64 }, (_, i) => i + 1).filter((signal) => (bits >> BigInt(signal - 1)) & 1n)
}

function openFiles() {
  const names = readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).replace(/\d+/g, '')
    } catch {
      // The folder itself, which was open while it was read.
      return []
    }
  })
  return names.sort()
}

// Later, when what a start does afterwards is done, too.
setTimeout(() => {
  const state = {
    listeners: Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)])),
    streamListeners: [process.stdin, process.stdout, process.stderr].map((stream) => stream.eventNames().map(String)),
    execArgv: process.execArgv,
    argv: process.argv,
    resources: process.getActiveResourcesInfo(),
    files: openFiles(),
    threads: readdirSync('/proc/self/task').length,
    ignored: signalsIn(field('SigIgn')),
    blocked: signalsIn(field('SigBlk')),
    handled: signalsIn(field('SigCgt')),
    limits: readFileSync('/proc/self/limits', 'utf8'),
    environment: Object.keys(process.env).sort(),
    nodeOptions: process.env.NODE_OPTIONS ?? null,
    globals: Object.getOwnPropertyNames(globalThis).sort(),
    processKeys: Object.getOwnPropertyNames(process).sort(),
    errors: [Error.stackTraceLimit, typeof Error.prepareStackTrace],
    capturesExceptions: process.hasUncaughtExceptionCaptureCallback(),
    report: { ...process.report, directory: '', filename: '' },
    folder: process.cwd(),
    title: process.title,
    umask: process.umask(),
    inspector: url() ?? null,
  }
  process.stdout.write(JSON.stringify(state))
}, 100)
