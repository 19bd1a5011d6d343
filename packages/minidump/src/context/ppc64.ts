import { type ContextLayout, consecutive, numbered } from './context-layout.ts'

/** Breakpad's MDRawContextPPC64, 1160 bytes. */
export const layout: ContextLayout = {
  cpu: 'ppc64',
  architectures: [0x8002],
  size: 1160,
  flagsOffset: 0,
  flagsBytes: 8,
  cpuFlag: 0x1000000,
  fullFlags: 0x1000001,
  registers: consecutive(['srr0', 'srr1', ...numbered('r', 0, 31), 'cr', 'xer', 'lr', 'ctr', 'vrsave'], 8, 8),
  otherRegisters: [],
  instructionPointer: 'srr0',
  stackPointer: 'r1',
}
