import type { CodeTable } from './code-table.ts'

/** Implementers: bits 24–31 of the Main ID Register. */
export const armVendors: CodeTable = { 0x41: 'ARM', 0x51: 'Qualcomm', 0x56: 'Marvell', 0x69: 'Intel/Marvell' }

/** The Main ID Register without variant and revision (mask 0xff00fff0). */
export const armParts: CodeTable = {
  0x4100c050: 'Cortex-A5',
  0x4100c080: 'Cortex-A8',
  0x4100c090: 'Cortex-A9',
  0x4100c0f0: 'Cortex-A15',
  0x4100c140: 'Cortex-R4',
  0x4100c150: 'Cortex-R5',
  0x4100b360: 'ARM1136',
  0x4100b560: 'ARM1156',
  0x4100b760: 'ARM1176',
  0x4100b020: 'ARM11-MPCore',
  0x41009260: 'ARM926',
  0x41009460: 'ARM946',
  0x41009660: 'ARM966',
  0x510006f0: 'Krait',
  0x510000f0: 'Scorpion',
}

/** Bits of AT_HWCAP on 32-bit ARM (asm/hwcap.h), from bit 0. */
export const armFeatures: readonly string[] = [
  'swp',
  'half',
  'thumb',
  '26bit',
  'fastmult',
  'fpa',
  'vfpv2',
  'edsp',
  'java',
  'iwmmxt',
  'crunch',
  'thumbee',
  'neon',
  'vfpv3',
  'vfpv3d16',
  'tls',
  'vfpv4',
  'idiva',
  'idivt',
]
