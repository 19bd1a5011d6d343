/**
 * What was acknowledged and is not settled, in some 70 bytes each: settling is slower than accepting, and a store may be away for a day. A record's turn
 * is known by its place alone; everything else is read from the disk again when it comes.
 */
import { timeOfReportId } from '../intake/report-id.ts'
import { NameTable, type RecordRef } from './name-table.ts'
import type { RecordPlace, Segment } from './segment.ts'
import type { SettleItem, SettleSource } from './settler.ts'
import type { SpoolReport } from './spool-report.ts'

/** A record whose turn came. */
interface Taken {
  readonly segment: Segment
  /** Its number in the segment. */
  readonly record: number
  readonly item: SettleItem
  /** Its report's, once it was read. */
  names: readonly string[]
}

export interface BacklogOptions {
  /** By number, which is the order of arrival. */
  readonly segments: ReadonlyMap<number, Segment>
  readonly read: (segment: Segment, place: RecordPlace) => Promise<SpoolReport>
  readonly settle: (report: SpoolReport) => Promise<void>
  readonly setAside: (segment: Segment, place: RecordPlace, error: unknown) => Promise<void>
  /** Puts an item back that waited for another one. */
  readonly again: (item: SettleItem) => void
  /** Called after one of the segment's records was settled or set aside. */
  readonly finished: (segment: Segment) => Promise<void>
}

export class Backlog implements SettleSource {
  readonly #options: BacklogOptions
  /** Ids and aliases of all. */
  readonly #names = new NameTable()
  readonly #taken = new Set<Taken>()
  /** Files whose turn came before their report was settled, by its id or alias: settled after it. */
  readonly #additions = new Map<string, SettleItem[]>()
  #size = 0

  constructor(options: BacklogOptions) {
    this.#options = options
  }

  /** All, those under way included. */
  get size(): number {
    return this.#size
  }

  /** The id is the first of the names. */
  add(segment: Segment, place: RecordPlace, names: readonly string[]): void {
    const record = segment.records.add(place, timeOfReportId(names[0] ?? ''))
    for (const name of names) this.#names.add(name, { segment: segment.number, record })
    segment.unsettled += 1
    this.#size += 1
  }

  get waiting(): number {
    return this.#size - this.#taken.size
  }

  get nextBytes(): number {
    const records = this.#next()?.records
    return records?.next === undefined ? 0 : records.place(records.next).length
  }

  take(): SettleItem | undefined {
    const segment = this.#next()
    const record = segment?.records.take()
    return segment === undefined || record === undefined ? undefined : this.#begin(segment, record)
  }

  /** Unix milliseconds. */
  get oldestAt(): number | undefined {
    const next = this.#next()?.records
    const times = [...this.#taken].map(({ segment, record }) => segment.records.arrivedAt(record))
    if (next?.next !== undefined) times.push(next.arrivedAt(next.next))
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b))
  }

  /** The latest of this name. */
  async find(name: string): Promise<SpoolReport | undefined> {
    for (const ref of this.#names.find(name).reverse()) {
      const segment = this.#options.segments.get(ref.segment)
      if (segment === undefined) continue
      try {
        const report = await this.#options.read(segment, segment.records.place(ref.record))
        if (namesOf(report).includes(name)) return report
      } catch (error) {
        // It may have been settled, and its segment removed, while it was read.
        if (this.#holds(name, ref)) throw error
      }
    }
    return undefined
  }

  #holds(name: string, { segment, record }: RecordRef): boolean {
    return this.#names.find(name).some((ref) => ref.segment === segment && ref.record === record)
  }

  #next(): Segment | undefined {
    for (const segment of this.#options.segments.values()) if (segment.records.waiting > 0) return segment
    return undefined
  }

  #begin(segment: Segment, record: number): SettleItem {
    const place = segment.records.place(record)
    const taken: Taken = {
      segment,
      record,
      names: [],
      item: {
        get name() {
          return `report ${taken.names[0] ?? `${record} of spool segment ${segment.number}`}`
        },
        bytes: place.length,
        settle: async () => {
          const report = await this.#options.read(segment, place)
          taken.names = namesOf(report)
          if (this.#mustWait(report, taken)) return 'later'
          await this.#options.settle(report)
          return 'settled'
        },
        done: () => this.#finished(taken),
        setAside: async (error) => {
          await this.#options.setAside(segment, place, error)
          await this.#finished(taken)
        },
      },
    }
    this.#taken.add(taken)
    return taken.item
  }

  #mustWait({ attachTo }: SpoolReport, { item }: Taken): boolean {
    if (attachTo === undefined || !this.#names.has(attachTo)) return false
    const waiting = this.#additions.get(attachTo)
    if (waiting === undefined) this.#additions.set(attachTo, [item])
    else waiting.push(item)
    return true
  }

  async #finished(taken: Taken): Promise<void> {
    const { segment, record, names } = taken
    this.#taken.delete(taken)
    this.#size -= 1
    for (const name of names) this.#names.remove(name, { segment: segment.number, record })
    for (const name of names) {
      for (const addition of this.#additions.get(name) ?? []) this.#options.again(addition)
      this.#additions.delete(name)
    }
    segment.unsettled -= 1
    await this.#options.finished(segment)
  }
}

/** The id first. */
export function namesOf({ id, submission }: SpoolReport): readonly string[] {
  return [id, ...submission.aliases]
}
