import { type ContextLayout, consecutive, numbered } from './context-layout.ts'

/** Breakpad's MDRawContextARM, 368 bytes. */
export const layout: ContextLayout = {
  cpu: 'arm',
  architectures: [5],
  size: 368,
  flagsOffset: 0,
  flagsBytes: 4,
  cpuFlag: 0x40000000,
  fullFlags: 0x40000006,
  registers: [...consecutive(numbered('r', 0, 10), 4, 4), ['r12', 52, 4], ['fp', 48, 4], ...consecutive(['sp', 'lr', 'pc'], 56, 4)],
  otherRegisters: [
    ['cpsr', 68, 4],
    ['fpscr', 72, 8],
  ],
  instructionPointer: 'pc',
  stackPointer: 'sp',
}
