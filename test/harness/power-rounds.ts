/**
 * The rounds of the power-cut test. Each begins a server on a new machine, cuts the power at an instant at which some sync has just been relied
 * on, and looks what the server knows after the power is back.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Answer, Exchange } from './http.ts'
import type { Machine, MakeMachine, PowerCut } from './machine.ts'
import type { Random } from './random.ts'
import { dumpWith, SentReports, sentFunction, sentSymbols } from './sent-reports.ts'
import { startServer, type TestedServer } from './server.ts'
import { commitUpload, putUpload, uploadAddress } from './three-steps.ts'
import { until } from './until.ts'
import { acknowledged, type Form, sendForm, sha256 } from './upload.ts'
import { zipOf } from './zip.ts'

const settleTimeoutMs = 180_000
const dayMs = 24 * 3600_000
/** Of what the server printed, told with a fault. */
const maxSaid = 2_000
const small = 2_000
/** More than travels inside a record of the spool. */
const large = 1_300_000

export interface PowerRound {
  readonly name: string
  /** Spool, databases and the rest on disks of their own, so that no sync of one hides that another is missing. */
  readonly apart: boolean
  /** What processes makes the disks busy: `collector` where only acknowledgements count. */
  readonly role: 'all' | 'collector'
  /** Waits for back-off or for the lease of a job, ten seconds and more. */
  readonly slow?: true
  /** Ends with the cut. What it returns is asked of the server that starts on what is left. */
  run(stage: Stage): Promise<((server: TestedServer) => Promise<void>) | void>
}

interface Stage {
  readonly machine: Machine
  readonly server: TestedServer
  readonly reports: SentReports
  readonly dataDir: string
  readonly random: Random
  readonly power: PowerCut
}

export const powerRounds: readonly PowerRound[] = [
  { name: 'right after the first start', apart: true, role: 'all', run: ({ power }) => power.cut() },
  { name: 'right after the first acknowledgements', apart: true, role: 'collector', run: acknowledgedSmall },
  { name: 'right after the acknowledgement of large dumps', apart: true, role: 'collector', run: acknowledgedLarge },
  { name: 'right after the first acknowledgement from a segment that serves again', apart: true, role: 'collector', run: servesAgain },
  { name: 'when the spool has let go of what was settled', apart: true, role: 'collector', run: settled },
  { name: 'when a report that cannot be settled was set aside', apart: true, role: 'collector', slow: true, run: setAside },
  { name: 'right after reports were processed', apart: true, role: 'all', run: processed },
  { name: 'right after symbols were stored', apart: true, role: 'all', run: symbolsStored },
  { name: 'right after files were added to reports', apart: true, role: 'collector', run: filesAdded },
  { name: 'right after a file was put down in the second of three steps', apart: true, role: 'collector', run: putDown },
  { name: 'right after privacy rules rewrote large files', apart: true, role: 'all', run: rewritten },
  { name: 'right after a report was erased', apart: true, role: 'all', run: erased },
  { name: 'in a stream of uploads that are processed, all on one disk', apart: false, role: 'all', slow: true, run: stream },
  { name: 'in a stream of uploads, all on one disk', apart: false, role: 'collector', run: stream },
]

export interface PowerRoundOptions {
  readonly folder: string
  readonly machine: MakeMachine
  readonly random: Random
  /** Another build of the command than the checkout's own. */
  readonly command?: string
}

export async function runPowerRound(round: PowerRound, options: PowerRoundOptions): Promise<void> {
  const machine = await options.machine(options.folder, round.apart)
  const { dataDir, environment } = machine
  const servers: TestedServer[] = []
  try {
    const start = async (role: string) => {
      const command = options.command === undefined ? {} : { command: options.command }
      const server = await startServer({ dataDir, environment, arguments: ['--role', role], ...command })
      servers.push(server)
      return server
    }
    const before = await start(round.role)
    const reports = new SentReports(options.random)
    const power = await machine.knife(before)
    const look = await round.run({ machine, server: before, reports, dataDir, random: options.random, power }).finally(() => power.spare())
    await before.kill()
    await machine.powerOn()
    const after = await start('all')
    if (pathOf(after.ingestUrl) !== pathOf(before.ingestUrl)) throw new Error('The key of the project is another one.')
    if (after.token !== before.token) throw new Error("The administrator's token is another one.")
    await reports.verify(after)
    await look?.(after)
    await after.stop()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const said = servers.at(-1)?.output.slice(-maxSaid)
    throw new Error(`Power cut ${round.name}, ${machine.name}: ${message}\nThe server said: ${said}`, { cause: error })
  } finally {
    for (const server of servers) await server.kill()
    await machine.remove()
  }
}

async function acknowledgedSmall({ server, reports, random, power }: Stage): Promise<void> {
  await send(reports, server, Array(1 + random.below(3)).fill(small))
  await power.cut()
}

/** The small one before them makes the segment; what it leaves in the journal hides nothing of those that follow. */
async function acknowledgedLarge({ server, reports, random, power }: Stage): Promise<void> {
  await send(reports, server, [small, ...Array(1 + random.below(2)).fill(large)])
  await power.cut()
}

async function servesAgain({ server, reports, dataDir, power }: Stage): Promise<void> {
  await send(reports, server, [small, small])
  await spoolLetsGo(dataDir)
  await send(reports, server, [small])
  await power.cut()
}

/** The spool's disk writes its deletions by itself, the others nothing that they were not asked to. */
async function settled({ machine, server, reports, dataDir, power }: Stage): Promise<void> {
  await send(reports, server, [small, large, small])
  await spoolLetsGo(dataDir)
  await machine.flush('spool')
  await power.cut()
}

/** One report fails for a reason of its own while others succeed; the spool's disk then writes that its segment is gone. */
async function setAside({ machine, server, reports, dataDir, power }: Stage): Promise<void> {
  const blobs = join(dataDir, 'blobs')
  // Of both sides of midnight at the year's end, too: a report's folder is named by the day of its id.
  const years = [Date.now(), Date.now() + dayMs].map((time) => new Date(time).toISOString().slice(0, 4))
  const obstacles = [...new Set(years)].map((year) => join(blobs, year))
  for (const path of obstacles) writeFileSync(path, 'in the way of all reports')
  await send(reports, server, [small])
  await until('settling to fail', settleTimeoutMs, async () => {
    const failures = /^crashkeep_spool_settle_failures(?:_total)? (\d+)$/m.exec((await server.ask('/metrics')).text)?.[1]
    return Number(failures) > 0 ? true : undefined
  })
  const [id = ''] = reports.acknowledged
  const [year = '', month = '', day = ''] = new Date(Number.parseInt(id.slice(0, 12), 16)).toISOString().slice(0, 10).split('-')
  const obstacle = join(blobs, year, month, day, id)
  mkdirSync(join(blobs, 'prepared', month, day), { recursive: true })
  writeFileSync(join(blobs, 'prepared', month, day, id), 'in the way of one report')
  for (const path of obstacles) renameSync(path, join(blobs, `removed-${basename(path)}`))
  renameSync(join(blobs, 'prepared'), join(blobs, year))
  await until('the report to be set aside', settleTimeoutMs, async () => {
    await send(reports, server, [small])
    return existsSync(join(dataDir, 'spool/stuck', `${id}.report`)) ? true : undefined
  })
  await spoolLetsGo(dataDir)
  rmSync(obstacle)
  for (const path of obstacles) rmSync(join(blobs, `removed-${basename(path)}`))
  await machine.flush('blobs')
  await machine.flush('spool/segments')
  await power.cut()
}

async function processed({ server, reports, power }: Stage): Promise<void> {
  await send(reports, server, [small, large])
  for (const id of reports.acknowledged) await server.finishedReport(id, settleTimeoutMs)
  await noJobs(server)
  await power.cut()
}

async function symbolsStored({ server, reports, power }: Stage): Promise<(server: TestedServer) => Promise<void>> {
  const headers = { 'content-type': 'application/octet-stream' }
  await mustAnswer(server.ask('/api/v1/symbols?project=default', { method: 'POST', headers, body: Buffer.from(sentSymbols) }))
  await power.cut()
  return async (after) => {
    await send(reports, after, [small])
    const { signature } = await after.finishedReport(reports.acknowledged.at(-1) ?? '', settleTimeoutMs)
    if (!sentFunction.startsWith(signature ?? '-')) throw new Error(`The symbols are not used: a report is signed ${signature}.`)
  }
}

/** What the project does not keep is struck out of the files before the answer, or it would come back with the power. */
async function rewritten({ server, reports, random, power }: Stage): Promise<(server: TestedServer) => Promise<void>> {
  await mustAnswer(server.ask('/api/v1/projects/default', jsonBody('PATCH', { settings: { privacy: { dropFields: ['secret'] } } })))
  const secret = 'correct horse battery staple'
  const fields = { prod: 'Private', secret }
  const send = async (form: Form) => {
    const id = await acknowledged(sendForm(server.ingestUrl, { ...form, fields }))
    reports.leave(id)
    return id
  }
  await until('the rules to be obeyed', settleTimeoutMs, async () => {
    const report = await server.report(await send({ dump: dumpWith(random.bytes(small)) }))
    return report?.fields.secret === undefined ? true : undefined
  })
  const dump = dumpWith(Buffer.concat([random.bytes(large), Buffer.from(secret)]))
  const json = Buffer.from(JSON.stringify({ secret, filler: random.bytes(large).toString('hex') }))
  const id = await send({ dump, json })
  await power.cut()
  return async (after) => {
    const { state, attachments } = await after.finishedReport(id, settleTimeoutMs)
    if (state !== 'processed' || attachments.length !== 2) throw new Error(`The report is ${state} with ${attachments.length} files.`)
    for (const { name, sha256: expected } of attachments) {
      const { body } = await mustAnswer(after.ask(`/api/v1/reports/${id}/attachments/${name}`))
      if (sha256(body) !== expected) throw new Error(`The file ${name} is not the one that was kept.`)
      if (body.includes(secret)) throw new Error(`The file ${name} holds what its project does not keep.`)
    }
  }
}

/** One file to a report that is in the store, and a large and a small one to a report that may be in the spool still. */
async function filesAdded({ server, reports, dataDir, random, power }: Stage): Promise<(server: TestedServer) => Promise<void>> {
  await send(reports, server, [small])
  await spoolLetsGo(dataDir)
  await send(reports, server, [small])
  const [settledId = '', freshId = ''] = reports.acknowledged
  const added: { readonly id: string; readonly name: string; readonly hash: string }[] = []
  for (const [id, name, size] of [
    [settledId, 'after.log', small],
    [freshId, 'large.log', large],
    [freshId, 'small.log', small],
  ] as const) {
    const body = random.bytes(size)
    const headers = { 'content-type': 'application/octet-stream' }
    const exchange = { method: 'POST', headers, body: Buffer.from(body) }
    await mustAnswer(server.ask(`${pathOf(server.ingestUrl)}/${id}/attachments?name=${name}`, exchange))
    added.push({ id, name, hash: sha256(body) })
  }
  await power.cut()
  return async (after) => {
    for (const { id, name, hash } of added)
      await until(`${name} to be there`, settleTimeoutMs, async () => {
        const { status, body } = await after.ask(`/api/v1/reports/${id}/attachments/${name}`)
        return status === 200 && sha256(body) === hash ? true : undefined
      })
  }
}

/** The third step comes when the power is back. */
async function putDown({ server, random, power }: Stage): Promise<(server: TestedServer) => Promise<void>> {
  const dump = dumpWith(random.bytes(large))
  const address = await uploadAddress(server)
  await putUpload(server, address, zipOf({ 'crash.dmp': dump }))
  await power.cut()
  return async (after) => {
    const { attachments } = await after.finishedReport(await commitUpload(after, address), settleTimeoutMs)
    if (attachments[0]?.sha256 !== sha256(dump)) throw new Error('The dump is not the one that was put down.')
  }
}

async function erased({ machine, server, reports, dataDir, power }: Stage): Promise<(server: TestedServer) => Promise<void>> {
  await send(reports, server, [small, small])
  const [id = ''] = reports.acknowledged
  for (const each of reports.acknowledged) await server.finishedReport(each, settleTimeoutMs)
  await noJobs(server)
  // Else the spool would have the report settled once more, and dropped.
  await spoolLetsGo(dataDir)
  await machine.flush('spool')
  const [folder = 'no folder'] = readdirSync(join(dataDir, 'blobs'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith(id),
  )
  const path = join(dataDir, 'blobs', folder)
  if (!existsSync(path)) throw new Error(`Report ${id} has no folder.`)
  await mustAnswer(server.ask(`/api/v1/reports/${id}`, { method: 'DELETE' }))
  await power.cut()
  reports.forget(id)
  return async (after) => {
    if ((await after.report(id)) !== undefined) throw new Error('An erased report is shown.')
    if (existsSync(path)) throw new Error('The files of an erased report are back.')
  }
}

async function stream({ server, reports, random, power }: Stage): Promise<void> {
  const sending = reports.stream(server.ingestUrl, { senders: 4, sizes: [small, small, large], until: 1 + random.below(30) })
  await sending.enough
  await power.cut()
  await server.kill()
  await sending.stop()
}

async function send(reports: SentReports, server: TestedServer, sizes: readonly number[]): Promise<void> {
  for (const bytes of sizes) {
    if (!(await reports.send(server.ingestUrl, bytes))) throw new Error('The server acknowledged nothing.')
  }
}

/** All is settled: no segment holds a report, and no large file waits. */
async function spoolLetsGo(dataDir: string): Promise<void> {
  const names = () => ['segments', 'files'].flatMap((name) => readdirSync(join(dataDir, 'spool', name)))
  await until('the spool to let go', settleTimeoutMs, () => (names().every((name) => name === 'spare') ? true : undefined))
}

async function noJobs(server: TestedServer): Promise<void> {
  await until('all jobs to be done', settleTimeoutMs, async () => {
    const { text } = await server.ask('/metrics')
    return (text.match(/^crashkeep_jobs\{.*\} 0$/gm) ?? []).length === 2 ? true : undefined
  })
}

async function mustAnswer(answer: Promise<Answer>): Promise<Answer> {
  const { status, text } = await answer
  if (status >= 300) throw new Error(`Answered ${status}, ${text.slice(0, 300)}`)
  return answer
}

function jsonBody(method: string, value: unknown): Exchange {
  return { method, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) }
}

function pathOf(url: string): string {
  return new URL(url).pathname
}
