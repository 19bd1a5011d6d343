/**
 * Whose key it is. The ledger is asked each time, so that a revoked key stops at once; what it once answered is remembered, so that a
 * slow, locked or absent database refuses nobody who was known before.
 */
import { ServerError } from '../errors.ts'
import type { Ledger, LedgerProject } from '../store/database/ledger.ts'
import type { IntakeLimits } from './limits.ts'

export type KeyLedger = Pick<Ledger, 'projectByKey' | 'projectBySlug' | 'projects'>

export class ProjectKeys {
  readonly #ledger: KeyLedger
  readonly #limits: IntakeLimits
  readonly #remembered = new Map<string, LedgerProject>()
  readonly #byId = new Map<number, LedgerProject>()

  constructor(ledger: KeyLedger, limits: IntakeLimits) {
    this.#ledger = ledger
    this.#limits = limits
  }

  /** Learns all keys, for the time the ledger is away. */
  async preload(): Promise<void> {
    for (const project of await this.#ledger.projects()) {
      for (const { key, revokedAt } of project.keys) if (revokedAt === undefined) this.#remember(key, project)
    }
  }

  /** As it was last seen; for rules about what is refused. */
  lastSeen(projectId: number): LedgerProject | undefined {
    return this.#byId.get(projectId)
  }

  async byKey(key: string): Promise<LedgerProject> {
    if (!/^[0-9a-f]{32}$/.test(key)) throw new ServerError('unknown_key')
    return this.#ask(key, () => this.#ledger.projectByKey(key))
  }

  async bySlug(slug: string): Promise<LedgerProject> {
    return this.#ask(`slug:${slug}`, () => this.#ledger.projectBySlug(slug))
  }

  async #ask(memoryKey: string, ask: () => Promise<LedgerProject | undefined>): Promise<LedgerProject> {
    const remembered = this.#remembered.get(memoryKey)
    const answer = await inTime(ask(), remembered === undefined ? this.#limits.ledgerTimeoutMs : this.#limits.ledgerPatienceMs)
    if (answer.kind === 'failed') {
      if (remembered !== undefined) return remembered
      throw new ServerError('ledger_unavailable', { cause: answer.error })
    }
    if (answer.project === undefined) {
      this.#remembered.delete(memoryKey)
      throw new ServerError('unknown_key')
    }
    this.#remember(memoryKey, answer.project)
    return answer.project
  }

  #remember(memoryKey: string, project: LedgerProject): void {
    this.#byId.set(project.id, project)
    if (this.#remembered.size >= this.#limits.rememberedKeys && !this.#remembered.has(memoryKey)) return
    this.#remembered.set(memoryKey, project)
  }
}

type Answer =
  | { readonly kind: 'answered'; readonly project: LedgerProject | undefined }
  | { readonly kind: 'failed'; readonly error: unknown }

async function inTime(asked: Promise<LedgerProject | undefined>, patienceMs: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'failed', error: new Error(`no answer within ${patienceMs} ms`) }), patienceMs)
  })
  const answered = asked.then(
    (project): Answer => ({ kind: 'answered', project }),
    (error: unknown): Answer => ({ kind: 'failed', error }),
  )
  try {
    return await Promise.race([answered, late])
  } finally {
    clearTimeout(timer)
  }
}
