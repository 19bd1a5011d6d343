import type { KnownCpu } from '@crashkeep/minidump'
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

export const unwinders: Readonly<Record<KnownCpu, Unwinder>> = {
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
