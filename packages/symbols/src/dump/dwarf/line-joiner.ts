import type { SymbolRecords } from '../output/symbol-records.ts'

/** Adds lines to the records; neighbours that say the same become one. Addresses are the file's. */
export class LineJoiner {
  readonly #records: SymbolRecords
  readonly #baseAddress: number
  #start = 0
  #end = 0
  #line = 0
  #file = 0

  constructor(records: SymbolRecords, baseAddress: number) {
    this.#records = records
    this.#baseAddress = baseAddress
  }

  put(start: number, end: number, line: number, file: number): void {
    if (start === this.#end && line === this.#line && file === this.#file) {
      this.#end = end
      return
    }
    this.flush()
    this.#start = start
    this.#end = end
    this.#line = line
    this.#file = file
  }

  flush(): void {
    if (this.#end > this.#start) this.#records.addLine(this.#start - this.#baseAddress, this.#end - this.#start, this.#line, this.#file)
    this.#start = this.#end
  }
}
