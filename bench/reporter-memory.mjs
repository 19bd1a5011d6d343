// A process whose memory bench/reporter.ts compares: reporter-memory.mjs KIND WHAT DATABASE, one line of JSON. It imports nothing at its top: that alone
// would load some of what the reporter loads.
const [kind, what, database] = process.argv.slice(2)
const { readdirSync, readFileSync } = process.getBuiltinModule('node:fs')

if (kind === 'server') await listen()
const began = process.cpuUsage()
if (what === 'empty') await import('./empty-module.mjs')
if (what === 'reporter') {
  const { crashReporter } = await import('@crashkeep/reporter')
  crashReporter.start({ submitURL: 'http://127.0.0.1:9/', crashesDirectory: database })
}
const { user, system } = process.cpuUsage(began)
// What was begun for the event loop's next turn belongs to it.
await new Promise((resolve) => setTimeout(resolve, 20))
const kilobytes = Number(/Private_Dirty:\s+(\d+)/.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))[1])
process.stdout.write(`${JSON.stringify({ kilobytes, cpuMs: (user + system) / 1000, threads: readdirSync('/proc/self/task').length })}\n`)
process.exit(0)

async function listen() {
  const { createServer } = process.getBuiltinModule('node:http')
  await new Promise((resolve) => createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1', resolve))
}
