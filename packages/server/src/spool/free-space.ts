/** Whether the disk below the spool has room; asked before each report and by `/ready`. */
import { statfs } from 'node:fs/promises'
import type { SpoolLimits } from './limits.ts'

export interface DiskState {
  /** `low`: somebody should look at it; `full`: nothing is accepted. */
  readonly level: 'enough' | 'low' | 'full'
  readonly freeBytes: number
  /** Below these the level is another one. */
  readonly lowBytes: number
  readonly reserveBytes: number
}

export class FreeSpace {
  readonly #path: string
  readonly #limits: SpoolLimits
  readonly #clock: () => number
  readonly #onLevel: (state: DiskState) => void
  #state: DiskState = { level: 'enough', freeBytes: Number.POSITIVE_INFINITY, lowBytes: 0, reserveBytes: 0 }
  #lookedAt = Number.NEGATIVE_INFINITY
  #looking: Promise<void> | undefined

  /** `onLevel` is told of each change of the level. */
  constructor(path: string, limits: SpoolLimits, clock: () => number, onLevel: (state: DiskState) => void = () => undefined) {
    this.#path = path
    this.#limits = limits
    this.#clock = clock
    this.#onLevel = onLevel
  }

  /** Without looking again. */
  get lastLevel(): DiskState['level'] {
    return this.#state.level
  }

  async enough(): Promise<boolean> {
    return (await this.state()).level !== 'full'
  }

  async state(): Promise<DiskState> {
    if (Math.abs(this.#clock() - this.#lookedAt) >= this.#limits.freeSpaceMaxAgeMs) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined
      })
      await this.#looking
    }
    return this.#state
  }

  /** A write just failed for lack of space, whatever the last look said. */
  ranOut(): void {
    this.#lookedAt = this.#clock()
    this.#become({ ...this.#state, level: 'full' })
  }

  async #look(): Promise<void> {
    const { bavail, blocks, bsize } = await statfs(this.#path)
    const diskBytes = blocks * bsize
    const freeBytes = bavail * bsize
    const reserveBytes = Math.min(this.#limits.reserveBytes, this.#limits.reserveFraction * diskBytes)
    const lowBytes = Math.min(this.#limits.lowBytes, this.#limits.lowFraction * diskBytes)
    this.#lookedAt = this.#clock()
    this.#become({
      level: freeBytes <= reserveBytes ? 'full' : freeBytes <= lowBytes ? 'low' : 'enough',
      freeBytes,
      lowBytes,
      reserveBytes,
    })
  }

  #become(state: DiskState): void {
    const before = this.#state.level
    this.#state = state
    if (before !== state.level) this.#onLevel(state)
  }
}

export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}
