import type { LineLists } from './module-lines.ts'

/** Up to so many, moving each to its place is faster than anything else. */
const maxMoved = 48

/** Sorts the lines from `first` on by address, equal ones in the order in which they came; almost always they are in order already, or nearly. */
export function sortLines(lists: LineLists, first: number): void {
  const { addresses, sizes, lines, files } = lists
  const count = addresses.length - first
  const unsorted = firstUnsorted(lists, first)
  if (unsorted < 0) return
  if (count > maxMoved) {
    sortMany(lists, first)
    return
  }
  for (let i = unsorted; i < addresses.length; i++) {
    const [address, size, line, file] = [addresses.at(i), sizes.at(i), lines.at(i), files.at(i)]
    let to = i
    for (; to > first && addresses.at(to - 1) >>> 0 > address >>> 0; to--) {
      addresses.array[to] = addresses.at(to - 1)
      sizes.array[to] = sizes.at(to - 1)
      lines.array[to] = lines.at(to - 1)
      files.array[to] = files.at(to - 1)
    }
    addresses.array[to] = address
    sizes.array[to] = size
    lines.array[to] = line
    files.array[to] = file
  }
}

function firstUnsorted({ addresses }: LineLists, first: number): number {
  for (let i = first + 1; i < addresses.length; i++) if (addresses.at(i) >>> 0 < addresses.at(i - 1) >>> 0) return i
  return -1
}

/** An address of 32 bits and a number of up to 21 fit into a double, and doubles are sorted without calling back. */
const maxPacked = 2 ** 21

function sortMany(lists: LineLists, first: number): void {
  const { addresses } = lists
  const count = addresses.length - first
  let order: number[]
  if (count <= maxPacked) {
    const keys = new Float64Array(count)
    for (let i = 0; i < count; i++) keys[i] = (addresses.at(first + i) >>> 0) * maxPacked + i
    order = Array.from(keys.sort(), (key) => first + (key % maxPacked))
  } else {
    order = Array.from({ length: count }, (_, index) => first + index)
    order.sort((left, right) => (addresses.at(left) >>> 0) - (addresses.at(right) >>> 0) || left - right)
  }
  for (const list of Object.values(lists)) {
    const moved: number[] = order.map((index) => list.at(index))
    list.array.set(moved, first)
  }
}
