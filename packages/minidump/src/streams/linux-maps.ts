export interface LinuxMapping {
  readonly startAddress: bigint
  /** Exclusive. */
  readonly endAddress: bigint
  /** Four letters as in the file: `r-xp`. */
  readonly permissions: string
  readonly fileOffset: bigint
  readonly name: string
}

/** The lines of /proc/PID/maps that are whole; others are left out. */
export declare function parseLinuxMaps(text: string): LinuxMapping[]
