export interface LinuxMapping {
  readonly startAddress: bigint
  /** Exclusive. */
  readonly endAddress: bigint
  /** Four letters as in the file: `r-xp`. */
  readonly permissions: string
  readonly fileOffset: bigint
  readonly name: string
}

// With the s flag the last group always reaches the end, so nothing is tried twice.
const line = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][ps-]) ([0-9a-f]{1,16}) [0-9a-f]+:[0-9a-f]+ \d+ *(.*)$/s

/** The lines of /proc/PID/maps that are whole; others are left out. */
export function parseLinuxMaps(text: string): LinuxMapping[] {
  const mappings: LinuxMapping[] = []
  for (const row of text.split('\n')) {
    const match = line.exec(row)
    if (match === null) continue
    const [, start = '', end = '', permissions = '', offset = '', name = ''] = match
    mappings.push({
      startAddress: BigInt(`0x${start}`),
      endAddress: BigInt(`0x${end}`),
      permissions,
      fileOffset: BigInt(`0x${offset}`),
      name,
    })
  }
  return mappings
}
