import type { CodeTable } from './code-table.ts'

/** Implementers: bits 24–31 of the Main ID Register. */
export const armVendors: CodeTable = { 65: 'ARM', 81: 'Qualcomm', 86: 'Marvell', 105: 'Intel/Marvell' }

/** The Main ID Register without variant and revision (mask 0xff00fff0). */
export const armParts: CodeTable = {
  1090568272: 'Cortex-A5',
  1090568320: 'Cortex-A8',
  1090568336: 'Cortex-A9',
  1090568432: 'Cortex-A15',
  1090568512: 'Cortex-R4',
  1090568528: 'Cortex-R5',
  1090564960: 'ARM1136',
  1090565472: 'ARM1156',
  1090565984: 'ARM1176',
  1090564128: 'ARM11-MPCore',
  1090556512: 'ARM926',
  1090557024: 'ARM946',
  1090557536: 'ARM966',
  1358956272: 'Krait',
  1358954736: 'Scorpion',
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
