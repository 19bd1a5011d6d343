import type { Fields } from '../fields.ts'

/** A bigint where a number would not be exact. */
export type Counter = number | bigint

/** Numbers by the names of Microsoft's headers in camel case; sizes in bytes unless the name says pages. */
export type Counters = Readonly<Record<string, Counter>>

/** Fields that follow each other: name and bytes. */
export type CounterLayout = readonly (readonly [name: string, bytes: 2 | 4 | 8])[]

export function layoutSize(layout: CounterLayout): number {
  return layout.reduce((size, [, bytes]) => size + bytes, 0)
}

/** The fields that lie in the record as a whole: newer writers give more of them. */
export function readCounters(fields: Fields, start: number, layout: CounterLayout): Counters {
  const counters: Record<string, Counter> = {}
  let offset = start
  for (const [name, bytes] of layout) {
    if (offset + bytes > fields.length) break
    counters[name] = bytes === 8 ? counter(fields.u64(offset)) : bytes === 4 ? fields.u32(offset) : fields.u16(offset)
    offset += bytes
  }
  return counters
}

export function counter(value: bigint): Counter {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

/** `names` of one width. */
export function counterFields(bytes: 2 | 4 | 8, names: string): (readonly [string, 2 | 4 | 8])[] {
  return names.split(/\s+/).map((name) => [name, bytes])
}
