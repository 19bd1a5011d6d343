/**
 * Accepted reports of 150 KB a second, durable and with settling on, beside a bare `node:http` server that writes and syncs the same bodies,
 * in slices that alternate. Run with `node bench/intake.ts [--seconds 60] [--folder DIR]`; `--reports N` sends so many to the collector
 * alone and tells its memory on the way.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { allocator, heapFlags } from '../packages/cli/src/small-heap.ts'
import { type Measured, measure, type Target } from './raw-client.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '4' }, folder: { type: 'string', default: tmpdir() }, reports: { type: 'string' } },
})
const seconds = Number(values.seconds)
/** Slices of one setting, so that a change of the machine's speed meets both servers. */
const slices = 4
const dumpBytes = 150_000
const boundary = '---MultipartBoundary-0123456789abcdefghijklmnopqrstuv---'

interface Running extends Target {
  readonly child: ChildProcess
}

const folder = await mkdtemp(join(values.folder, 'crashkeep-bench-'))
const running: ChildProcess[] = []
try {
  if (values.reports === undefined) await compare()
  else await remember(await start('collector-server.ts', join(folder, 'data')), Number(values.reports))
} finally {
  for (const child of running) await end(child)
  await rm(folder, { recursive: true, force: true })
}

async function compare(): Promise<void> {
  console.log(`reports of ${dumpBytes} bytes, ${seconds} s each, settling on; reports a second, p50 and p99 of the answer in ms`)
  console.log('body   clients   collector             bare                  ratio   memory')
  for (const packed of [false, true])
    for (const clients of [1, 8, 64]) {
      // Anew for each, so that none waits for what the one before left to be settled.
      const data = join(folder, `${packed ? 'gzip' : 'plain'}-${clients}`)
      const collector = await start('collector-server.ts', data)
      const bare = await start('bare-server.ts', join(folder, 'bare'))
      const all = { collector: [] as Measured[], bare: [] as Measured[] }
      const request = requestOf(packed)
      for (let slice = 0; slice < slices; slice += 1) {
        const o = { ...request, clients, ms: (seconds * 1000) / slices }
        all.collector.push(await measure(collector, o))
        all.bare.push(await measure(bare, o))
        await empty(join(folder, 'bare'))
      }
      const [ours, theirs] = [sum(all.collector), sum(all.bare)]
      const memory = `${(await residentMb(collector)).toFixed(0)} MB`
      const cells = [
        packed ? 'gzip' : 'plain',
        String(clients).padStart(7),
        row(ours),
        row(theirs),
        (ours.rate / theirs.rate).toFixed(2).padStart(5),
      ]
      console.log(`${cells.join('   ')}   ${memory}`)
      for (const { child } of [collector, bare]) await end(child)
      await rm(data, { recursive: true })
    }
}

async function remember(collector: Running, reports: number): Promise<void> {
  const request = requestOf(false)
  console.log('sent      memory   waiting to be settled')
  let sent = 0
  for (const share of [0.05, 0.25, 0.5, 0.75, 1]) {
    while (sent < share * reports) sent += (await measure(collector, { ...request, clients: 8, ms: 1000 })).latencies.length
    const waiting = /^crashkeep_spool_pending(?:\{.*\})? (\d+)$/m.exec(
      await (await fetch(`http://127.0.0.1:${collector.port}/metrics`)).text(),
    )?.[1]
    console.log(`${String(sent).padEnd(8)}  ${(await residentMb(collector)).toFixed(0)} MB   ${waiting}`)
  }
}

function requestOf(packed: boolean): { readonly body: Buffer; readonly headers: Record<string, string> } {
  // Half of it packs well, as a dump does.
  const dump = Buffer.concat([Buffer.from('MDMP'), randomBytes(dumpBytes / 2), Buffer.alloc(dumpBytes / 2, 'stack of a thread ')])
  const fields = { prod: 'Electron', ver: '44.0.0', guid: '6a1f0f5e-1b2c-4d3e-8f90-0123456789ab', ptype: 'renderer', plat: 'Linux' }
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const file = 'Content-Disposition: form-data; name="upload_file_minidump"; filename="a.dmp"\r\nContent-Type: application/octet-stream'
  const plain = Buffer.concat([
    Buffer.from(`${parts.join('')}--${boundary}\r\n${file}\r\n\r\n`),
    dump,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  return packed ? { body: gzipSync(plain), headers: { ...headers, 'content-encoding': 'gzip' } } : { body: plain, headers }
}

async function start(script: string, data: string): Promise<Running> {
  await mkdir(data, { recursive: true })
  const child = spawn(process.execPath, [...heapFlags, join(import.meta.dirname, script), data], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...allocator },
  })
  running.push(child)
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()))
    child.once('exit', () => reject(new Error(`${script} did not start`)))
  })
  const [port, path = '/'] = line.split(' ')
  return { child, port: Number(port), path }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await exited
}

async function empty(path: string): Promise<void> {
  for (const name of await readdir(path)) await rm(join(path, name))
}

async function residentMb({ child }: Running): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1000
}

interface Summed {
  readonly rate: number
  readonly p50: number
  readonly p99: number
}

function sum(slicesOf: readonly Measured[]): Summed {
  const latencies = slicesOf.flatMap((slice) => slice.latencies).sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0
  return { rate: latencies.length / slicesOf.reduce((total, slice) => total + slice.seconds, 0), p50: at(0.5), p99: at(0.99) }
}

function row({ rate, p50, p99 }: Summed): string {
  return `${rate.toFixed(0).padStart(5)} ${p50.toFixed(1).padStart(6)} ${p99.toFixed(1).padStart(6)}`
}
