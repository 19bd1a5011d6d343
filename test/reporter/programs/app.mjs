// A program under the reporter: does the steps that its argument tells, and says in one line of JSON what came of each that has an answer.
import { execFile, fork, spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
// biome-ignore lint/correctness/noUndeclaredDependencies: it runs in a folder of its own that has the package.
import { app, crashReporter, crashReporterBefore9, deliverReports, openCrashDatabase } from '@crashkeep/reporter'

const legacy = process.env.OLD_API === 'yes'
const reporter = legacy ? crashReporterBefore9 : crashReporter
const answers = []
const me = process.argv[1]

const steps = {
  start: (options) => reporter.start(options),
  startOwn: (options) => process.crashReporter.start(options),
  setPath: ([name, path]) => app.setPath(name, path),
  path: (name) => answers.push(app.getPath(name)),
  call: ([method, ...args]) => answers.push(reporter[method](...args) ?? null),
  fails: ([method, ...args]) => {
    try {
      reporter[method](...args)
      answers.push('nothing thrown')
    } catch (error) {
      answers.push(error.message)
    }
  },
  many: (count) => {
    for (let i = 0; i < count; i++) reporter.addExtraParameter(`dyn-key-${i}`, `dyn-val-${i}`)
  },
  chdir: (folder) => process.chdir(folder),
  crash: () => process.crash(),
  throw: (message) => {
    throw new Error(message)
  },
  fillHeap: () => fillHeap(),
  fillHeapInJson: () => fillHeapInJson(),
  fork: (inner) => child(fork(me, [JSON.stringify(inner)], { stdio: 'inherit' })),
  cluster: (inner) => {
    cluster.setupPrimary({ exec: me, args: [JSON.stringify(inner)] })
    return child(cluster.fork().process)
  },
  spawn: (inner) => child(spawn(process.execPath, [me, JSON.stringify(inner)], { stdio: 'inherit' })),
  run: ([file, ...args]) =>
    new Promise((resolve) =>
      execFile(file, args, (error, stdout, stderr) => resolve(answers.push({ code: error?.code ?? 0, stdout, stderr }))),
    ),
  worker: (inner) => child(new Worker(me, { argv: [JSON.stringify(inner)] })),
  children: () => answers.push(readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim()),
  environment: (name) => answers.push(process.env[name] ?? null),
  arguments: () => answers.push({ argv: process.argv, execArgv: process.execArgv }),
  /** What a forked child was started with, and how it ended. */
  forkSeen: async (inner) => {
    const forked = fork(me, [JSON.stringify(inner)], { stdio: 'inherit' })
    answers.push({ code: await child(forked), spawnargs: forked.spawnargs })
  },
  failInV8: (addon) => createRequire(import.meta.url)(addon).fail(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  deliver: () => deliverReports(),
  attachToAll: async ([name, text]) => {
    const database = await openCrashDatabase()
    for (const { id } of database.stored()) database.attach(id, name, text)
  },
  requestAll: async () => {
    const database = await openCrashDatabase()
    for (const { id } of database.stored()) database.requestUpload(id)
  },
  /** Until the server's answer is in the database. */
  uploaded: async () => {
    for (let i = 0; i < 300 && crashReporter.getLastCrashReport() === null; i++) await steps.wait(50)
  },
}

function fillHeap() {
  const kept = []
  for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })))
}

function fillHeapInJson() {
  // Each value is made while it is written: the heap ends inside JSON.stringify.
  const kept = []
  JSON.stringify(
    Array.from({ length: 1e6 }, () => ({
      toJSON() {
        kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })))
        return 1
      },
    })),
  )
}

function child(process) {
  return new Promise((resolve) => process.once('exit', resolve))
}

for (const [name, argument] of JSON.parse(process.argv[2])) await steps[name](argument)
if (answers.length > 0) console.log(JSON.stringify(answers))
