import { type ContextLayout, consecutive, numbered } from './context-layout.ts'

/** Breakpad's MDRawContextSPARC, 584 bytes. g_r0–7 are %g0–7, g_r8–15 %o0–7, g_r16–23 %l0–7 and g_r24–31 %i0–7. */
export const layout: ContextLayout = {
  cpu: 'sparc',
  architectures: [0x8001],
  size: 584,
  flagsOffset: 0,
  flagsBytes: 4,
  cpuFlag: 0x10000000,
  fullFlags: 0x10000003,
  registers: consecutive([...numbered('g_r', 0, 31), 'ccr', 'pc', 'npc', 'y', 'asi', 'fprs'], 8, 8),
  otherRegisters: [],
  instructionPointer: 'pc',
  stackPointer: 'g_r14',
}
