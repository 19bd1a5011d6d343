import type { SymbolRecords } from '../output/symbol-records.ts'

/** Adds lines to the records; neighbours that say the same become one. Addresses are the file's. */
export class LineJoiner {
  readonly #records: SymbolRecords
  readonly #baseAddress: number
  // Not `#`: V8's quick compiler knows no short way to write those, and these are written millions of times.
  private start = 0
  private end = 0
  private line = 0
  private file = 0

  constructor(records: SymbolRecords, baseAddress: number) {
    this.#records = records
    this.#baseAddress = baseAddress
  }

  put(start: number, end: number, line: number, file: number): void {
    if (start === this.end && line === this.line && file === this.file) {
      this.end = end
      return
    }
    this.flush()
    this.start = start
    this.end = end
    this.line = line
    this.file = file
  }

  flush(): void {
    if (this.end > this.start) this.#records.addLine(this.start - this.#baseAddress, this.end - this.start, this.line, this.file)
    this.start = this.end
  }
}
