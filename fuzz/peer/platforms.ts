import type { CpuName, OsName } from '../../packages/minidump/dist/index.js'

/** What the generated crashes know of a processor: names in contexts, and in the rules of symbol files. */
export interface Platform {
  readonly cpu: CpuName & keyof typeof widths
  readonly oses: readonly [OsName, ...OsName[]]
  readonly pc: string
  readonly sp: string
  readonly fp: string
  readonly others: readonly [string, ...string[]]
  /** The stack pointer in rules, and registers that rules may read or restore. */
  readonly ruleSp: string
  readonly ruleRegisters: readonly [string, ...string[]]
  /** The processor in a MODULE line. */
  readonly symbolCpu: string
}

const widths = { amd64: 8, x86: 4, arm64: 8, arm: 4 } as const

/** Not MIPS, whose stacks the two scan by different rules. */
export const platforms: readonly [Platform, ...Platform[]] = [
  {
    cpu: 'amd64',
    oses: ['Windows NT', 'Linux', 'Mac OS X', 'Android'],
    pc: 'rip',
    sp: 'rsp',
    fp: 'rbp',
    others: ['rbx', 'r12', 'r15', 'rax', 'rdi'],
    ruleSp: '$rsp',
    ruleRegisters: ['$rbx', '$rbp', '$r12', '$r15'],
    symbolCpu: 'x86_64',
  },
  {
    cpu: 'x86',
    oses: ['Windows NT', 'Linux', 'Android', 'Mac OS X'],
    pc: 'eip',
    sp: 'esp',
    fp: 'ebp',
    others: ['ebx', 'esi', 'edi', 'eax'],
    ruleSp: '$esp',
    ruleRegisters: ['$ebx', '$ebp', '$esi'],
    symbolCpu: 'x86',
  },
  {
    cpu: 'arm64',
    oses: ['Mac OS X', 'Android', 'Windows NT', 'Linux', 'iOS'],
    pc: 'pc',
    sp: 'sp',
    fp: 'fp',
    others: ['x19', 'x20', 'lr', 'x0'],
    ruleSp: 'sp',
    ruleRegisters: ['x19', 'x20', 'x29', 'x30'],
    symbolCpu: 'arm64',
  },
  {
    cpu: 'arm',
    oses: ['Android', 'Linux'],
    pc: 'pc',
    sp: 'sp',
    fp: 'fp',
    others: ['r4', 'r7', 'lr', 'r0'],
    ruleSp: 'sp',
    ruleRegisters: ['r4', 'r7', 'r11', 'lr'],
    symbolCpu: 'arm',
  },
]

export function pointerBytes(platform: Platform): 4 | 8 {
  return widths[platform.cpu]
}
