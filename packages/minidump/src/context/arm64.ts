import { type ContextLayout, consecutive, numbered } from './context-layout.ts'

/** ARM64_NT_CONTEXT, 912 bytes: Windows, Crashpad everywhere. */
export const layout: ContextLayout = {
  cpu: 'arm64',
  architectures: [12],
  size: 912,
  flagsOffset: 0,
  flagsBytes: 4,
  cpuFlag: 0x400000,
  fullFlags: 0x400007,
  registers: consecutive([...numbered('x', 0, 28), 'fp', 'lr', 'sp', 'pc'], 8, 8),
  otherRegisters: [
    ['cpsr', 4, 4],
    ['fpcr', 784, 4],
    ['fpsr', 788, 4],
  ],
  instructionPointer: 'pc',
  stackPointer: 'sp',
}
