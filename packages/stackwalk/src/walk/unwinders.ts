import type { CpuName } from '@crashkeep/minidump'
import { amd64 } from './amd64.ts'
import { arm } from './arm.ts'
import { arm64 } from './arm64.ts'
import { mips } from './mips.ts'
import { mips64 } from './mips64.ts'
import { ppc } from './ppc.ts'
import { ppc64 } from './ppc64.ts'
import { riscv } from './riscv.ts'
import { riscv64 } from './riscv64.ts'
import { sparc } from './sparc.ts'
import type { Unwinder } from './unwinder.ts'
import { x86 } from './x86.ts'

const unwinders: Readonly<Record<Exclude<CpuName, 'unknown'>, Unwinder>> = {
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

/** `undefined`: threads of a CPU that nobody knows show the frame of their context only. */
export function unwinderFor(cpu: CpuName): Unwinder | undefined {
  return cpu === 'unknown' ? undefined : unwinders[cpu]
}
