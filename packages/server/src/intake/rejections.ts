/**
 * Refusals and drops, counted and sampled. They are written one after another beside the uploads, never before an answer; a flood that
 * the database cannot follow is counted here and nowhere else.
 */
import type { LedgerProject } from '../store/database/ledger.ts'
import type { NewRejection } from '../store/database/report-index.ts'
import type { IntakeLimits } from './limits.ts'

export type CountRejection = (rejection: NewRejection) => Promise<void>

const hourMs = 60 * 60 * 1000
const maxDetailLength = 500

export class Rejections {
  readonly #count: CountRejection
  readonly #limits: IntakeLimits
  readonly #onProblem: (message: string, error: unknown) => void
  readonly #byReason = new Map<string, number>()
  readonly #samples = new Map<string, number>()
  #samplesHour = 0
  #queue: NewRejection[] = []
  #writing: Promise<void> | undefined
  #unwritten = 0

  constructor(count: CountRejection, limits: IntakeLimits, onProblem: (message: string, error: unknown) => void) {
    this.#count = count
    this.#limits = limits
    this.#onProblem = onProblem
  }

  /** The project's own rules decide what of the sender a sample may hold; one that nobody remembers keeps nothing of it. */
  add(given: NewRejection, project: LedgerProject | undefined): void {
    const rejection = given.projectId === undefined || project?.settings.privacy.dropAddress === false ? given : withoutAddress(given)
    const tag = tagOf(rejection.reason)
    this.#byReason.set(tag, (this.#byReason.get(tag) ?? 0) + 1)
    if (this.#queue.length >= this.#limits.rejectionQueue) {
      this.#unwritten += 1
      return
    }
    this.#queue.push(this.#maySample(rejection) ? shortened(rejection) : withoutSample(rejection))
    this.#writing ??= this.#write()
  }

  /** Since the start, for the metrics. */
  get byReason(): ReadonlyMap<string, number> {
    return this.#byReason
  }

  get unwritten(): number {
    return this.#unwritten
  }

  /** Resolves when what was counted so far is written. */
  async flush(): Promise<void> {
    await this.#writing
  }

  #maySample(rejection: NewRejection): boolean {
    const hour = Math.floor(rejection.at / hourMs)
    if (hour !== this.#samplesHour) {
      this.#samples.clear()
      this.#samplesHour = hour
    }
    const project = String(rejection.projectId)
    const reason = `${project} ${rejection.reason}`
    const taken = this.#samples.get(project) ?? 0
    const ofReason = this.#samples.get(reason) ?? 0
    if (rejection.sample === undefined || taken >= this.#limits.rejectionSamples) return false
    if (ofReason >= this.#limits.rejectionSamplesOfReason) return false
    this.#samples.set(project, taken + 1)
    this.#samples.set(reason, ofReason + 1)
    return true
  }

  async #write(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      try {
        await this.#count(next)
      } catch (error) {
        this.#unwritten += 1
        this.#onProblem('a refusal could not be counted in the database', error)
      }
    }
    this.#writing = undefined
  }
}

/** Rules have names of people's choice, the metric has a fixed set of tags. */
function tagOf(reason: string): string {
  return reason.startsWith('rule_') ? 'rule' : reason
}

function withoutAddress(rejection: NewRejection): NewRejection {
  const { sample } = rejection
  return sample === undefined ? rejection : { ...rejection, sample: { ...sample, address: undefined } }
}

function shortened(rejection: NewRejection): NewRejection {
  const { sample } = rejection
  return sample === undefined ? rejection : { ...rejection, sample: { ...sample, detail: sample.detail?.slice(0, maxDetailLength) } }
}

function withoutSample(rejection: NewRejection): NewRejection {
  const { sample: _, ...rest } = rejection
  return rest
}
