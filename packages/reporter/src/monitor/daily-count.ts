/** `crash_checkpoint.txt`: how many reports went today, so that a crash loop does not flood a server. In Breakpad's three lines. */
import { readFileSync, writeFileSync } from 'node:fs'
import { monitorReportsPerDay } from '../limits.ts'

const signature = 'GBP1'

export class DailyCount {
  readonly #path: string
  readonly #today: () => string

  constructor(path: string, today: () => string = () => new Date().toISOString().slice(0, 10).replaceAll('-', '')) {
    this.#path = path
    this.#today = today
  }

  get isFull(): boolean {
    return this.#read() >= monitorReportsPerDay
  }

  add(): void {
    writeFileSync(this.#path, `${signature}\n${this.#today()}\n${this.#read() + 1}\n`, { mode: 0o600 })
  }

  #read(): number {
    try {
      const [magic, day, count] = readFileSync(this.#path, 'utf8').split('\n')
      return magic === signature && day === this.#today() ? Number(count) || 0 : 0
    } catch {
      return 0
    }
  }
}
