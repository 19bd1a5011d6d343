import type { ContextLayout } from './context-layout.ts'

/** CONTEXT of 32-bit Windows, 716 bytes; every writer uses it. */
export const layout: ContextLayout = {
  cpu: 'x86',
  // 10 is x86 on 64-bit Windows.
  architectures: [0, 10],
  size: 716,
  flagsOffset: 0,
  flagsBytes: 4,
  cpuFlag: 0x10000,
  fullFlags: 0x1003f,
  registers: [
    ['eip', 184, 4],
    ['esp', 196, 4],
    ['ebp', 180, 4],
    ['ebx', 164, 4],
    ['esi', 160, 4],
    ['edi', 156, 4],
    ['eax', 176, 4],
    ['ecx', 172, 4],
    ['edx', 168, 4],
    ['eflags', 192, 4],
  ],
  otherRegisters: [
    ['cs', 188, 4],
    ['ds', 152, 4],
    ['es', 148, 4],
    ['fs', 144, 4],
    ['gs', 140, 4],
    ['ss', 200, 4],
    ['dr0', 4, 4],
    ['dr1', 8, 4],
    ['dr2', 12, 4],
    ['dr3', 16, 4],
    ['dr6', 20, 4],
    ['dr7', 24, 4],
  ],
  instructionPointer: 'eip',
  stackPointer: 'esp',
}
