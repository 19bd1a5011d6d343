import { layout as amd64 } from './amd64.ts'
import { layout as arm } from './arm.ts'
import { layout as arm64 } from './arm64.ts'
import { layout as arm64Old } from './arm64-old.ts'
import type { ContextLayout } from './context-layout.ts'
import { layout as mips } from './mips.ts'
import { layout as mips64 } from './mips64.ts'
import { layout as ppc } from './ppc.ts'
import { layout as ppc64 } from './ppc64.ts'
import { layout as riscv } from './riscv.ts'
import { layout as riscv64 } from './riscv64.ts'
import { layout as sparc } from './sparc.ts'
import { layout as x86 } from './x86.ts'

export const layouts: readonly ContextLayout[] = [
  ...[x86, amd64, arm, arm64, arm64Old],
  ...[mips, mips64, ppc, ppc64, sparc, riscv, riscv64],
]

/** The layouts that a SystemInfo's processor architecture allows; the usual one first, and the others of the same CPU behind it. */
export function layoutsFor(architecture: number): ContextLayout[] {
  const usual = layouts.filter((layout) => layout.architectures.includes(architecture))
  const others = layouts.filter((layout) => layout.cpu === usual[0]?.cpu && !usual.includes(layout))
  return [...usual, ...others]
}
