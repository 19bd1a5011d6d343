// A program that starts the reporter's capture (unless REPORTER is empty) and dies as its argument says.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

/** A hang that nobody reports ends, too. */
const hangMs = 30_000
const { REPORTER, DATABASE, CRASHES, HANG_TIMEOUT_MS, SUBMIT_URL, EARLIER, EARLIER_HANDLER } = process.env
const way = isMainThread ? process.argv[2] : workerData
const { crash } = CRASHES ? createRequire(import.meta.url)(CRASHES) : {}

if (EARLIER) process.on(EARLIER, () => process.stdout.write(`${EARLIER} heard\n`))
if (EARLIER_HANDLER) crash('install-handler')
// Loaded in both cases, so that the stacks of errors are the same.
const reporter = await import(REPORTER || 'node:fs')
if (REPORTER) {
  const { startCapture } = reporter
  const capture = startCapture({
    databaseFolder: DATABASE,
    clientId: '0f0e0d0c-1111-4222-8333-444455556666',
    processAnnotations: { prod: 'Dying', ver: '1.2.3' },
    annotations: { ptype: isMainThread ? 'browser' : 'worker', pid: String(process.pid) },
    delivery: { submitURL: SUBMIT_URL ?? '' },
    ...(HANG_TIMEOUT_MS && { hangTimeoutMs: Number(HANG_TIMEOUT_MS) }),
  })
  if (!capture.isNative) throw new Error(capture.whyNot)
  capture.setAnnotation('stage', way)
}

function leakEverything() {
  const kept = []
  for (;;) kept.push({ text: `${kept.length}`.repeat(20), list: new Array(100).fill(kept.length) })
}

/** Never gives the event loop its turn until something is there, or for so long. */
function spinUntil(isThere, ms) {
  const end = Date.now() + ms
  while (Date.now() < end && !isThere()) for (let i = 0; i < 1e6; i++) Math.sqrt(i)
}

/** A module whose one function, `f`, traps when it reads outside its memory. */
const outOfBounds = Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 102, 0, 0, 10, 11, 1, 9, 0, 65, 128, 128, 4,
  40, 2, 0, 11,
])

const ways = {
  exit: () => process.exit(3),
  wasm() {
    const { instance } = { instance: new WebAssembly.Instance(new WebAssembly.Module(outOfBounds)) }
    for (let i = 0; i < 3; i++) {
      try {
        instance.exports.f()
      } catch (error) {
        process.stdout.write(`${error.name}: ${error.message}\n`)
      }
    }
  },
  throw: () =>
    setImmediate(() => {
      throw new TypeError('nobody catches this')
    }),
  reject: () => void Promise.reject(new RangeError('nobody handles this')),
  caught() {
    process.on('uncaughtException', (error) => process.stdout.write(`caught ${error.message}\n`))
    setTimeout(() => process.stdout.write('alive\n'), 50)
    throw new Error('somebody handles this')
  },
  'process-abort': () => process.abort(),
  'out-of-memory': leakEverything,
  hang() {
    spinUntil(() => readdirSync(`${DATABASE}/pending`).length > 0, hangMs)
    process.stdout.write('alive\n')
  },
  wait() {
    process.stdout.write('ready\n')
    setInterval(() => {}, 1000)
  },
  worker() {
    new Worker(new URL(import.meta.url), { workerData: process.argv[3] })
  },
  // A worker that never hears of the reporter.
  'plain-worker'() {
    const code = 'const { workerData: [addon, way] } = require("worker_threads"); require(addon).crash(way)'
    new Worker(code, { eval: true, workerData: [CRASHES, process.argv[3]] })
  },
  child() {
    const child = spawn(process.execPath, [process.argv[1], ...process.argv.slice(3)], { stdio: 'inherit' })
    child.on('exit', (code, signal) => process.stdout.write(`child ${code} ${signal}\n`))
  },
  'full-table'() {
    const fs = createRequire(import.meta.url)('node:fs')
    try {
      for (;;) fs.openSync('/dev/null')
    } catch {
      crash('null-write')
    }
  },
  ballast() {
    globalThis.ballast = Array.from({ length: 60 }, () => Buffer.alloc(1024 * 1024, 1))
    crash('null-write')
  },
}

if (ways[way]) ways[way]()
else crash(way)
