/**
 * Crash handlers that send each dump until it is acknowledged, as Crashpad's database makes them: a dump with an id of its own inside, the
 * same bytes each time. Afterwards the server has each acknowledged one once and whole, and of the others nothing in halves.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { stack, synthDump } from '../../packages/minidump/src/synth/index.ts'
import type { ReportDetail } from '../../packages/server/src/api-types.ts'
import type { Random } from './random.ts'
import type { TestedServer } from './server.ts'
import { until } from './until.ts'
import { acknowledged, sendForm, sha256 } from './upload.ts'

const answerTimeoutMs = 60_000
const settleTimeoutMs = 300_000
const pageSize = 200
const looksAtOnce = 8

interface Sent {
  readonly number: number
  readonly dump: Uint8Array
  readonly hash: string
}

export class RetryingSenders {
  readonly #random: Random
  /** By number, what was acknowledged, whose bytes need not be kept. */
  readonly #acknowledged = new Map<number, { readonly id: string; readonly hash: string }>()
  /** Sent, and never answered. */
  readonly #unsure: Sent[] = []
  readonly #hashes = new Map<number, string>()
  #count = 0

  constructor(random: Random) {
    this.#random = random
  }

  get acknowledged(): number {
    return this.#acknowledged.size
  }

  /** How many got no answer yet, or a refusal. */
  get unsure(): number {
    return this.#unsure.length
  }

  /** Every sender goes on until its connection breaks or `stop` was called; resolves when all have. `onAnswer` hears of each acknowledgement. */
  async run(
    url: string,
    o: {
      readonly senders: number
      readonly sizes: readonly number[]
      readonly onAnswer: (ms: number) => void
      readonly stopped: () => boolean
      /** What each sender waits after an answer. */
      readonly pauseMs?: number
    },
  ): Promise<void> {
    const sender = async () => {
      while (!o.stopped()) {
        const began = performance.now()
        if (!(await this.#send(url, this.#unsure.pop() ?? this.#next(o.sizes)))) return
        o.onAnswer(performance.now() - began)
        if (o.pauseMs !== undefined) await delay(o.pauseMs)
      }
    }
    await Promise.all(Array.from({ length: o.senders }, sender))
  }

  /** Sends again what was never answered. */
  async sendUnsure(url: string): Promise<void> {
    while (this.#unsure.length > 0) {
      const sent = this.#unsure.pop()
      if (sent !== undefined && !(await this.#send(url, sent))) throw new Error(`Report ${sent.number} is still not taken.`)
    }
  }

  /** Resolves when the collector has nothing left in its spool. */
  async settled(collector: TestedServer): Promise<void> {
    await until('the spool to be empty', settleTimeoutMs, async () =>
      /^crashkeep_spool_pending(?:\{.*\})? 0$/m.test((await collector.ask('/metrics')).text) ? true : undefined,
    )
  }

  /** Fails with all that is wrong. */
  async verify(server: TestedServer): Promise<void> {
    const wrong: string[] = []
    const ids = await allReports(server)
    const found = new Map<number, string>()
    const look = async () => {
      for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
        const report = await server.report(id)
        if (report === undefined) wrong.push(`report ${id} is listed and not there`)
        else wrong.push(...(await this.#faults(server, report, found)))
      }
    }
    await Promise.all(Array.from({ length: looksAtOnce }, look))
    for (const [number, { id }] of this.#acknowledged)
      if (!found.has(number)) wrong.push(`report ${number}, acknowledged as ${id}, is lost`)
    for (const { id } of [...this.#acknowledged.values()].slice(-pageSize)) {
      if ((await server.report(id)) === undefined) wrong.push(`the acknowledged id ${id} is not known`)
    }
    if (wrong.length > 0) throw new Error(`${wrong.length} faults: ${wrong.slice(0, 20).join('; ')}`)
  }

  async #faults(server: TestedServer, { id, fields, problems }: ReportDetail, found: Map<number, string>): Promise<string[]> {
    const number = Number(fields.number)
    const hash = this.#hashes.get(number)
    if (hash === undefined) return [`report ${id} was never sent`]
    const faults: string[] = []
    const twin = found.get(number)
    if (twin !== undefined) faults.push(`report ${number} is there twice, as ${twin} and ${id}`)
    found.set(number, id)
    const { status, body } = await server.ask(`/api/v1/reports/${id}/attachments/upload_file_minidump`)
    const whole = status === 200 && sha256(body) === hash
    const isCut = problems.some(({ code }) => code === 'truncated_body')
    // A body that broke off is kept as what it is, unless a whole one came.
    if (!whole && (!isCut || this.#acknowledged.has(number))) faults.push(`the dump of report ${number} is not the one that was sent`)
    return faults
  }

  async #send(url: string, sent: Sent): Promise<boolean> {
    const form = { fields: { prod: 'Durable', ver: '1.0', number: String(sent.number) }, dump: sent.dump }
    try {
      const id = await acknowledged(sendForm(url, form, { timeoutMs: answerTimeoutMs }))
      this.#acknowledged.set(sent.number, { id, hash: sent.hash })
      return true
    } catch {
      this.#unsure.push(sent)
      return false
    }
  }

  #next(sizes: readonly number[]): Sent {
    const number = this.#count++
    const size = sizes[this.#random.below(sizes.length)] ?? 0
    const dump = synthDump({
      threads: [{ id: 7, stack: stack(0x7fff0000n, [0x400100n, 0n]) }],
      exception: { threadId: 7, code: 11, flags: 1, address: 0n },
      memory: [{ startAddress: 0x10000000n, bytes: this.#random.bytes(size) }],
      crashpad: { reportId: `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}` },
    })
    const sent = { number, dump, hash: sha256(dump) }
    this.#hashes.set(number, sent.hash)
    return sent
  }
}

async function allReports(server: TestedServer): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const answer = await server.ask(`/api/v1/reports?project=default&limit=${pageSize}${after}`)
    // The shape is the server's own schema, by which it made the answer.
    const page = JSON.parse(answer.text) as { items: { id: string }[]; next: string | null }
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.next
  }
  return ids
}
