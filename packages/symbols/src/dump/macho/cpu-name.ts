/** `cpu_type_t` of mach/machine.h; the highest byte tells 64 bits (1) and 32-bit pointers on 64 bits (2). */
export const cpuTypes = {
  x86: 7,
  x86_64: 0x0100_0007,
  arm: 12,
  arm64: 0x0100_000c,
  arm64_32: 0x0200_000c,
  ppc: 18,
  ppc64: 0x0100_0012,
} as const

/** The highest byte of a subtype has flags: 64-bit libraries, and the version of pointer authentication. */
const subtypeMask = 0x00ff_ffff

const armNames: Readonly<Record<number, string>> = {
  5: 'armv4t',
  6: 'armv6',
  7: 'armv5',
  9: 'armv7',
  10: 'armv7f',
  11: 'armv7s',
  12: 'armv7k',
  14: 'armv6m',
  15: 'armv7m',
  16: 'armv7em',
}

/** As Mozilla's dump_syms names processors in MODULE and takes them in `--arch`. */
export function cpuName(type: number, subtype: number): string {
  const variant = subtype & subtypeMask
  switch (type) {
    case cpuTypes.x86:
      return 'x86'
    case cpuTypes.x86_64:
      return variant === 8 ? 'x86_64h' : 'x86_64'
    case cpuTypes.arm:
      return armNames[variant] ?? 'arm'
    case cpuTypes.arm64:
      return variant === 2 ? 'arm64e' : variant === 1 ? 'arm64v8' : 'arm64'
    case cpuTypes.arm64_32:
      return 'arm64_32'
    case cpuTypes.ppc:
      return 'ppc'
    case cpuTypes.ppc64:
      return 'ppc64'
    default:
      return 'unknown'
  }
}
