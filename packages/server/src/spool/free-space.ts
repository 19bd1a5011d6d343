/** Whether the disk below the spool has room; asked before each report and by `/ready`. */
import { statfs } from 'node:fs/promises'
import type { SpoolLimits } from './limits.ts'

export class FreeSpace {
  readonly #path: string
  readonly #limits: SpoolLimits
  readonly #clock: () => number
  #enough = true
  #lookedAt = Number.NEGATIVE_INFINITY
  #looking: Promise<void> | undefined

  constructor(path: string, limits: SpoolLimits, clock: () => number) {
    this.#path = path
    this.#limits = limits
    this.#clock = clock
  }

  async enough(): Promise<boolean> {
    if (Math.abs(this.#clock() - this.#lookedAt) >= this.#limits.freeSpaceMaxAgeMs) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined
      })
      await this.#looking
    }
    return this.#enough
  }

  /** A write just failed for lack of space, whatever the last look said. */
  ranOut(): void {
    this.#enough = false
    this.#lookedAt = this.#clock()
  }

  async #look(): Promise<void> {
    const { bavail, blocks, bsize } = await statfs(this.#path)
    const reserve = Math.min(this.#limits.reserveBytes, this.#limits.reserveFraction * blocks * bsize)
    this.#enough = bavail * bsize > reserve
    this.#lookedAt = this.#clock()
  }
}

export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}
