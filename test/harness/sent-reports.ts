/** What was sent to a server and what of it was acknowledged; and whether the server, started again, has the one whole and nothing of the other in halves. */

import { stack, synthDump } from '../../packages/minidump/src/synth/index.ts'
import type { ReportDetail } from '../../packages/server/src/api-types.ts'
import type { Random } from './random.ts'
import type { TestedServer } from './server.ts'
import { until } from './until.ts'
import { acknowledged, sendForm, sha256 } from './upload.ts'

const answerTimeoutMs = 60_000
const settleTimeoutMs = 180_000
const processingTimeoutMs = 180_000
const buildId = '00112233445566778899aabbccddeeff00112233'
/** Symbols of the module that all these dumps crash in, and what they call the place. */
export const sentFunction = 'Ledger::post(int)'
export const sentSymbols: string = [
  'MODULE Linux x86_64 33221100554477668899AABBCCDDEEFF0 durable',
  'FILE 0 ledger.cc',
  `FUNC 1200 100 0 ${sentFunction}`,
  '1200 100 42 0',
  '',
].join('\n')
const pageSize = 100
const maxPages = 100

export class SentReports {
  readonly #random: Random
  /** SHA-256 of the dump by the number in the report's field. */
  readonly #sent = new Map<string, string>()
  /** Number by the id of the acknowledgement. */
  readonly #acknowledged = new Map<string, string>()
  readonly #others = new Set<string>()
  #count = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** Ids of the acknowledged ones in the order of their acknowledgements. */
  get acknowledged(): readonly string[] {
    return [...this.#acknowledged.keys()]
  }

  /** A report that others sent and look after. */
  leave(id: string): void {
    this.#others.add(id)
  }

  /** A report that somebody had erased is not missed. */
  forget(id: string): void {
    this.#acknowledged.delete(id)
  }

  /** Sends a report with a dump of about this size; false when no acknowledgement came. */
  async send(url: string, dumpBytes: number): Promise<boolean> {
    const number = String(this.#count++)
    const dump = dumpWith(this.#random.bytes(dumpBytes))
    this.#sent.set(number, sha256(dump))
    try {
      const form = { fields: { prod: 'Durable', ver: '1.0', number }, dump }
      this.#acknowledged.set(await acknowledged(sendForm(url, form, { timeoutMs: answerTimeoutMs })), number)
      return true
    } catch {
      return false
    }
  }

  /** Several senders without a pause, until so many more reports are acknowledged; `sizes` in turns. The senders go on until `stop`. */
  stream(url: string, o: { readonly senders: number; readonly sizes: readonly number[]; readonly until: number }): Stream {
    const enough = Promise.withResolvers<void>()
    let stopped = false
    let left = o.until
    const sender = async () => {
      while (!stopped) {
        const size = o.sizes[this.#random.below(o.sizes.length)] ?? 0
        if (!(await this.send(url, size))) break
        left -= 1
        if (left === 0) enough.resolve()
      }
    }
    const senders = Promise.all(Array.from({ length: o.senders }, sender)).then(() => {
      enough.reject(new Error('The server stopped to acknowledge before it was stopped.'))
    })
    return {
      enough: enough.promise,
      async stop() {
        stopped = true
        enough.resolve()
        await senders
      },
    }
  }

  /** Fails with all that is wrong. */
  async verify(server: TestedServer): Promise<void> {
    const wrong: string[] = []
    for (const [id, number] of this.#acknowledged) {
      if ((await server.report(id)) === undefined) wrong.push(`report ${number} was acknowledged as ${id} and is gone`)
    }
    await until('the spool to be empty', settleTimeoutMs, async () => ((await spoolIsEmpty(server)) ? true : undefined))
    const numbers = new Map<string, string>()
    for (const id of await allReports(server)) {
      if (this.#others.has(id)) continue
      const report = await finished(server, id)
      const number = report.fields.number ?? 'without number'
      const twin = numbers.get(number)
      if (twin !== undefined) wrong.push(`report ${number} is there twice, as ${twin} and ${id}`)
      numbers.set(number, id)
      wrong.push(...(await this.#faults(server, report, number)))
    }
    for (const [id, number] of this.#acknowledged) {
      if (!numbers.has(number)) wrong.push(`report ${number}, acknowledged as ${id}, is in no list`)
    }
    if (wrong.length > 0) throw new Error(`${wrong.length} faults: ${wrong.join('; ')}`)
  }

  /** A report is whole when it was processed, the result is there, and its dump is the one that was sent. */
  async #faults(server: TestedServer, { id, state, problems, processed }: ReportDetail, number: string): Promise<string[]> {
    const sent = this.#sent.get(number)
    if (sent === undefined) return [`report ${number} was never sent`]
    const faults: string[] = []
    if (state !== 'processed' || problems.length > 0) faults.push(`report ${number} is ${state} with ${JSON.stringify(problems)}`)
    if (state === 'processed' && !hasThreads(processed)) faults.push(`report ${number} is processed without a result`)
    const { status, body } = await server.ask(`/api/v1/reports/${id}/attachments/upload_file_minidump`)
    if (status !== 200) faults.push(`the dump of report ${number} is answered ${status}`)
    else if (sha256(body) !== sent) faults.push(`the dump of report ${number} is not the one that was sent`)
    return faults
  }
}

/** A whole dump with these bytes in the program's memory. */
export function dumpWith(bytes: Uint8Array): Uint8Array {
  const memory = stack(0x7fff0000n, [0x400100n, 0n])
  const context = { registers: { rip: 0x401234n, rsp: 0x7fff0000n } }
  return synthDump({
    modules: [{ baseAddress: 0x400000n, size: 0x10000, name: '/usr/bin/durable', buildId }],
    threads: [{ id: 7, stack: memory, context }],
    exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
    memory: [{ startAddress: 0x10000000n, bytes }],
  })
}

export interface Stream {
  /** Resolves when enough was acknowledged. */
  readonly enough: Promise<void>
  stop(): Promise<void>
}

/** A server that was killed several times while it read a report leaves it alone, and reads it when it is asked to. */
async function finished(server: TestedServer, id: string): Promise<ReportDetail> {
  const report = await server.finishedReport(id, processingTimeoutMs)
  if (report.problems.length !== 1 || report.problems[0]?.code !== 'processor_lost') return report
  await server.ask(`/api/v1/reports/${id}/reprocess`, { method: 'POST' })
  return server.finishedReport(id, processingTimeoutMs)
}

function hasThreads(processed: unknown): boolean {
  return typeof processed === 'object' && processed !== null && 'threads' in processed && Array.isArray(processed.threads)
}

/** What was on its way when the server stopped may be there as well, and shows once it is settled. */
async function spoolIsEmpty(server: TestedServer): Promise<boolean> {
  return /^crashkeep_spool_pending(?:\{.*\})? 0$/m.test((await server.ask('/metrics')).text)
}

async function allReports(server: TestedServer): Promise<string[]> {
  const ids: string[] = []
  let cursor = ''
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await server.ask(`/api/v1/reports?project=default&limit=${pageSize}${cursor}`)
    const { items, next } = JSON.parse(answer.text) as { items: { id: string }[]; next: string | null }
    ids.push(...items.map(({ id }) => id))
    if (next === null) return ids
    cursor = `&cursor=${encodeURIComponent(next)}`
  }
  throw new Error('More reports than were ever sent.')
}
