import type { CpuName, KnownCpu } from '@crashkeep/minidump'
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

const arm: RegisterSet = {
  pointerBytes: 4,
  instructionPointer: 'pc',
  stackPointer: 'sp',
  aliases: new Map([
    ['r11', 'fp'],
    ['r13', 'sp'],
    ['r14', 'lr'],
    ['r15', 'pc'],
  ]),
  calleeSaved: [...numbered('r', 4, 10), 'fp'],
  all: new Set([...numbered('r', 0, 10), 'r12', 'fp', 'sp', 'lr', 'pc']),
}

const mips: RegisterSet = {
  pointerBytes: 4,
  instructionPointer: 'pc',
  stackPointer: 'sp',
  aliases: new Map([['s8', 'fp']]),
  calleeSaved: [...numbered('s', 0, 7), 'gp', 'sp', 'fp'],
  all: new Set([...numbered('s', 0, 7), 'gp', 'sp', 'fp', 'ra', 'pc']),
}

const mips64: RegisterSet = { ...mips, pointerBytes: 8 }

const ppc: RegisterSet = {
  pointerBytes: 4,
  instructionPointer: 'srr0',
  stackPointer: 'r1',
  aliases: new Map(),
  calleeSaved: numbered('r', 14, 31),
  all: new Set([...numbered('r', 0, 31), 'srr0', 'srr1', 'cr', 'xer', 'lr', 'ctr', 'vrsave']),
}

const ppc64: RegisterSet = { ...ppc, pointerBytes: 8 }

/** A call moves to another window, so nothing needs saving: the caller's registers are where its window was written to. */
const sparc: RegisterSet = {
  pointerBytes: 4,
  instructionPointer: 'pc',
  stackPointer: 'g_r14',
  aliases: new Map(
    ['g', 'o', 'l', 'i'].flatMap((kind, group) =>
      numbered(kind, 0, 7).map((name, index): [string, string] => [name, `g_r${group * 8 + index}`]),
    ),
  ),
  calleeSaved: [],
  all: new Set([...numbered('g_r', 0, 31), 'pc', 'npc']),
}

const riscvNames = [
  'zero',
  'ra',
  'sp',
  'gp',
  'tp',
  't0',
  't1',
  't2',
  's0',
  's1',
  ...numbered('a', 0, 7),
  ...numbered('s', 2, 11),
  ...numbered('t', 3, 6),
]

const riscv: RegisterSet = {
  pointerBytes: 4,
  instructionPointer: 'pc',
  stackPointer: 'sp',
  aliases: new Map([['fp', 's0'], ...riscvNames.map((name, number): [string, string] => [`x${number}`, name])]),
  calleeSaved: numbered('s', 0, 11),
  all: new Set(['pc', ...riscvNames.slice(1)]),
}

const riscv64: RegisterSet = { ...riscv, pointerBytes: 8 }

export const registerSets: Readonly<Record<KnownCpu, RegisterSet>> = {
  amd64,
  arm,
  arm64,
  mips,
  mips64,
  ppc,
  ppc64,
  riscv,
  riscv64,
  sparc,
  x86,
}

/** Width of registers when they are printed. The records of two 32-bit CPUs have 64 bits for each. */
export function registerBytes(cpu: KnownCpu): PointerBytes {
  return cpu === 'mips' || cpu === 'sparc' ? 8 : registerSets[cpu].pointerBytes
}

/** Width of addresses when they are printed. A CPU nobody knows is taken for a 64-bit one. */
export function pointerBytes(cpu: CpuName): PointerBytes {
  return cpu === 'unknown' ? 8 : registerSets[cpu].pointerBytes
}

function numbered(prefix: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`)
}
