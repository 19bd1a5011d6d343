import { maxRememberedRecordChars } from './limits.ts'
import { readType } from './type-record.ts'
import type { TypeStream } from './type-stream.ts'

/**
 * How large a class is that is only declared where it is used: the definition of the same name says. Needed for arrays alone, which are stored in
 * bytes; so types are searched only when one is named, forward and once.
 */
export class RecordSizes {
  readonly #types: TypeStream
  readonly #sizes = new Map<string, number>()
  #next: number
  #chars = 0

  constructor(types: TypeStream) {
    this.#types = types
    this.#next = types.begin
  }

  of(uniqueName: string): number | undefined {
    const known = this.#sizes.get(uniqueName)
    if (known !== undefined) return known
    for (; this.#next < this.#types.endIndex && this.#chars < maxRememberedRecordChars; this.#next++) {
      const type = readType(this.#types, this.#next)
      if (type === undefined) this.#next = this.#types.endIndex
      if (type?.kind !== 'record' || type.declared) continue
      this.#chars += type.uniqueName.length
      this.#sizes.set(type.uniqueName, type.bytes)
      if (type.uniqueName === uniqueName) return type.bytes
    }
    return undefined
  }
}
