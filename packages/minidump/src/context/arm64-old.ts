import { type ContextLayout, consecutive, numbered } from './context-layout.ts'

/** Breakpad's own arm64 record, packed to 796 bytes: Android and old iOS clients. */
export const layout: ContextLayout = {
  cpu: 'arm64',
  architectures: [0x8003],
  size: 796,
  flagsOffset: 0,
  flagsBytes: 8,
  cpuFlag: 0x80000000,
  fullFlags: 0x80000006,
  registers: consecutive([...numbered('x', 0, 28), 'fp', 'lr', 'sp', 'pc'], 8, 8),
  otherRegisters: [
    ['cpsr', 272, 4],
    ['fpsr', 276, 4],
    ['fpcr', 280, 4],
  ],
  instructionPointer: 'pc',
  stackPointer: 'sp',
}
