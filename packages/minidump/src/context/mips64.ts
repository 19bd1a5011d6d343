import type { ContextLayout } from './context-layout.ts'
import { layout as mips } from './mips.ts'

/** The same record as on 32-bit MIPS with another flag. Older writers give it with the processor architecture of the 32-bit one. */
export const layout: ContextLayout = {
  ...mips,
  cpu: 'mips64',
  architectures: [0x8004, 1],
  cpuFlag: 0x80000,
  fullFlags: 0x8000e,
  lowHalvesOnly: false,
}
