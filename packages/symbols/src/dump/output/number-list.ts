import { releaseMemory } from './release-memory.ts'

/** Typed arrays that grow by half: for numbers whose count is not known before. */
export class Doubles {
  array: Float64Array = new Float64Array(16)
  length = 0

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = new Float64Array(this.length + (this.length >> 1))
      larger.set(this.array)
      releaseMemory(this.array)
      this.array = larger
    }
    this.array[this.length++] = value
  }

  at(index: number): number {
    return this.array[index] ?? 0
  }
}

export class Integers {
  array: Int32Array = new Int32Array(16)
  length = 0

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = new Int32Array(this.length + (this.length >> 1))
      larger.set(this.array)
      releaseMemory(this.array)
      this.array = larger
    }
    this.array[this.length++] = value
  }

  at(index: number): number {
    return this.array[index] ?? 0
  }
}
