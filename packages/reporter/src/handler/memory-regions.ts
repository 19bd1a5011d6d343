import type { LinuxMapping, MemoryRegion } from '@crashkeep/minidump'

const committed = 0x1000
const regionType = { private: 0x20000, mapped: 0x40000, image: 0x1000000 } as const

/** PAGE_ constants by the letters of a mapping. */
const protections: ReadonlyMap<string, number> = new Map([
  ['---', 0x01],
  ['r--', 0x02],
  ['rw-', 0x04],
  ['-w-', 0x04],
  ['--x', 0x10],
  ['r-x', 0x20],
  ['rwx', 0x40],
  ['-wx', 0x40],
])

/** The address space in the words of Windows, as MemoryInfoList has it. */
export function memoryRegions(
  mappings: readonly LinuxMapping[],
  modules: readonly { baseAddress: bigint; size: number }[],
): MemoryRegion[] {
  let next = 0
  return mappings.map(({ startAddress, endAddress, permissions, name }) => {
    // Both lists are in the order of addresses.
    while (next < modules.length && endOf(modules[next]) <= startAddress) next++
    const module = modules[next]
    const isImage = module !== undefined && startAddress >= module.baseAddress
    const protection = protections.get(permissions.slice(0, 3)) ?? 0x01
    const type = isImage ? regionType.image : name.startsWith('/') || permissions[3] === 's' ? regionType.mapped : regionType.private
    return {
      baseAddress: startAddress,
      allocationBase: isImage ? module.baseAddress : startAddress,
      allocationProtection: protection,
      size: endAddress - startAddress,
      state: committed,
      protection,
      type,
    }
  })
}

function endOf(module: { baseAddress: bigint; size: number } | undefined): bigint {
  return module === undefined ? 0n : module.baseAddress + BigInt(module.size)
}
