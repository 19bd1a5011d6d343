import type { CpuName } from '@crashkeep/minidump'
import type { PointerBytes } from './address.ts'

/** What the walker and the printers know of a CPU's registers. Names are rust-minidump's. */
export interface RegisterSet {
  readonly pointerBytes: PointerBytes
  readonly instructionPointer: string
  readonly stackPointer: string
  /** Other names that call frame information uses. */
  readonly aliases: ReadonlyMap<string, string>
  /** Registers that a function must leave as they were: a caller has them from its callee when nothing says otherwise. */
  readonly calleeSaved: readonly string[]
  readonly all: ReadonlySet<string>
}

const x86: RegisterSet = {
  pointerBytes: 4,
  instructionPointer: 'eip',
  stackPointer: 'esp',
  aliases: new Map(),
  calleeSaved: ['ebp', 'ebx', 'edi', 'esi'],
  all: new Set(['eip', 'esp', 'ebp', 'ebx', 'esi', 'edi', 'eax', 'ecx', 'edx', 'eflags']),
}

const amd64: RegisterSet = {
  pointerBytes: 8,
  instructionPointer: 'rip',
  stackPointer: 'rsp',
  aliases: new Map(),
  calleeSaved: ['rbx', 'rbp', 'r12', 'r13', 'r14', 'r15'],
  all: new Set(['rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp', ...numbered('r', 8, 15), 'rip']),
}

const arm64: RegisterSet = {
  pointerBytes: 8,
  instructionPointer: 'pc',
  stackPointer: 'sp',
  aliases: new Map([
    ['x29', 'fp'],
    ['x30', 'lr'],
    ['x31', 'sp'],
  ]),
  calleeSaved: [...numbered('x', 19, 28), 'fp'],
  all: new Set([...numbered('x', 0, 28), 'fp', 'lr', 'sp', 'pc']),
}

export const registerSets: { readonly x86: RegisterSet; readonly amd64: RegisterSet; readonly arm64: RegisterSet } = { x86, amd64, arm64 }

/** Width of addresses when they are printed. A CPU nobody knows is taken for a 64-bit one. */
export function pointerBytes(cpu: CpuName): PointerBytes {
  return ['x86', 'arm', 'mips', 'ppc', 'sparc', 'riscv'].includes(cpu) ? 4 : 8
}

function numbered(prefix: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`)
}
