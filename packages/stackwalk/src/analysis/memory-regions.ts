import { type Minidump, parseLinuxMaps } from '@crashkeep/minidump'

/** A part of the address space and what the program may do there. */
export interface Region {
  readonly start: bigint
  /** The last address in it. */
  readonly last: bigint
  readonly readable: boolean
  readonly writable: boolean
  readonly executable: boolean
}

/** PAGE_ constants of winnt.h. PAGE_GUARD and others come on top of them. */
const readableProtection = 0x02 | 0x04 | 0x20 | 0x40
const writableProtection = 0x04 | 0x08 | 0x40 | 0x80
const executableProtection = 0x10 | 0x20 | 0x40 | 0x80

const addressLimit = 1n << 64n

/**
 * The address space as the dump describes it: the list of memory information, else the maps of Linux, else nothing. What is not listed
 * is not mapped. Of regions that overlap the first stays.
 */
export class MemoryRegions {
  /** By address. */
  readonly all: readonly Region[]

  constructor(regions: readonly Region[]) {
    const sorted = regions.filter((region) => region.start <= region.last && region.last < addressLimit)
    sorted.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.last < b.last ? -1 : 1))
    let end = -1n
    this.all = sorted.filter((region) => {
      const isFree = region.start > end
      if (isFree) end = region.last
      return isFree
    })
  }

  at(address: bigint): Region | undefined {
    return this.all[this.indexAt(address)]
  }

  /** -1 outside of every region. */
  indexAt(address: bigint): number {
    let from = 0
    let to = this.all.length
    while (from < to) {
      const middle = (from + to) >>> 1
      if ((this.all[middle]?.start ?? addressLimit) <= address) from = middle + 1
      else to = middle
    }
    const region = this.all[from - 1]
    return region !== undefined && address <= region.last ? from - 1 : -1
  }
}

export function memoryRegions(dump: Minidump): MemoryRegions {
  if (dump.memoryInfo.length > 0) {
    return new MemoryRegions(
      dump.memoryInfo.map(({ baseAddress, size, protection }) => ({
        start: baseAddress,
        last: baseAddress + size - 1n,
        readable: (protection & readableProtection) !== 0,
        writable: (protection & writableProtection) !== 0,
        executable: (protection & executableProtection) !== 0,
      })),
    )
  }
  return new MemoryRegions(
    parseLinuxMaps(dump.linux.maps ?? '').map(({ startAddress, endAddress, permissions }) => ({
      start: startAddress,
      last: endAddress - 1n,
      readable: permissions[0] === 'r',
      writable: permissions[1] === 'w',
      executable: permissions[2] === 'x',
    })),
  )
}

export function isAccessible(region: Region): boolean {
  return region.readable || region.writable || region.executable
}

/** As an inaccessible stretch at the end of stacks: larger ones are reservations. rust-minidump's number. */
const maxGuardPageBytes = 32_768n

/** Whether an address lies in a small region without any permission that touches one with some. */
export function isLikelyGuardPage(regions: MemoryRegions, address: bigint): boolean {
  const index = regions.indexAt(address)
  const region = regions.all[index]
  if (region === undefined || isAccessible(region) || region.last - region.start >= maxGuardPageBytes) return false
  const below = regions.all[index - 1]
  const above = regions.all[index + 1]
  return (
    (below !== undefined && below.last + 1n === region.start && isAccessible(below)) ||
    (above !== undefined && region.last + 1n === above.start && isAccessible(above))
  )
}
