import type { CpuName } from '@crashkeep/minidump'
import { amd64 } from './amd64.ts'
import { arm64 } from './arm64.ts'
import type { Unwinder } from './unwinder.ts'
import { x86 } from './x86.ts'

const unwinders: Partial<Record<CpuName, Unwinder>> = { amd64, arm64, x86 }

/** `undefined`: threads of this CPU show the frame of their context only. */
export function unwinderFor(cpu: CpuName): Unwinder | undefined {
  return unwinders[cpu]
}
