import { type ContextLayout, consecutive, type RegisterField } from './context-layout.ts'

const integerNames = [
  ...['zero', 'at', 'v0', 'v1', 'a0', 'a1', 'a2', 'a3'],
  ...['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7'],
  ...['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7'],
  ...['t8', 't9', 'k0', 'k1', 'gp', 'sp', 'fp', 'ra'],
]

const integers = new Map(consecutive(integerNames, 8, 8).map((field) => [field[0], field]))
const preservedNames = ['gp', 'sp', 'fp', 'ra', 'pc', 's0', 's1', 's2', 's3', 's4', 's5', 's6', 's7']

function field(name: string): RegisterField {
  return integers.get(name) ?? [name, 312, 8]
}

/** Breakpad's MDRawContextMIPS, 600 bytes. Its registers have 64 bits on either CPU; on the 32-bit one only the low halves count. */
export const layout: ContextLayout = {
  cpu: 'mips',
  architectures: [1],
  size: 600,
  flagsOffset: 0,
  flagsBytes: 4,
  cpuFlag: 0x40000,
  fullFlags: 0x4000e,
  registers: preservedNames.map(field),
  otherRegisters: [
    ...integerNames.filter((name) => !preservedNames.includes(name)).map(field),
    ['mdhi', 264, 8],
    ['mdlo', 272, 8],
    ...consecutive(['hi1', 'hi2', 'hi3', 'lo1', 'lo2', 'lo3', 'dsp_control'], 280, 4),
    ['badvaddr', 320, 8],
    ['status', 328, 4],
    ['cause', 332, 4],
  ],
  instructionPointer: 'pc',
  stackPointer: 'sp',
  lowHalvesOnly: true,
}
