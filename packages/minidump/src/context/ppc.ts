import { type ContextLayout, consecutive, numbered } from './context-layout.ts'

/** Breakpad's MDRawContextPPC, 1004 bytes: PowerPC Macs. */
export const layout: ContextLayout = {
  cpu: 'ppc',
  architectures: [3],
  size: 1004,
  flagsOffset: 0,
  flagsBytes: 4,
  cpuFlag: 0x20000000,
  fullFlags: 0x20000001,
  registers: consecutive(['srr0', 'srr1', ...numbered('r', 0, 31), 'cr', 'xer', 'lr', 'ctr', 'mq', 'vrsave'], 4, 4),
  otherRegisters: [],
  instructionPointer: 'srr0',
  stackPointer: 'r1',
}
