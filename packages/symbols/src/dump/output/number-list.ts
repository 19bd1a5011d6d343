import { releaseMemory } from './release-memory.ts'

/** Of which `length` asks the engine anew each time, unlike `room`. */
const leastRoom = 16

/** Typed arrays that grow by half: for numbers whose count is not known before. */
export class Doubles {
  array: Float64Array = new Float64Array(leastRoom)
  length = 0
  private room = leastRoom

  push(value: number): void {
    if (this.length === this.room) {
      const larger = new Float64Array(this.length + (this.length >> 1))
      larger.set(this.array)
      releaseMemory(this.array)
      this.array = larger
      this.room = larger.length
    }
    this.array[this.length++] = value
  }

  at(index: number): number {
    return this.array[index] ?? 0
  }
}

export class Integers {
  array: Int32Array = new Int32Array(leastRoom)
  length = 0
  private room = leastRoom

  push(value: number): void {
    if (this.length === this.room) {
      const larger = new Int32Array(this.length + (this.length >> 1))
      larger.set(this.array)
      releaseMemory(this.array)
      this.array = larger
      this.room = larger.length
    }
    this.array[this.length++] = value
  }

  at(index: number): number {
    return this.array[index] ?? 0
  }
}
