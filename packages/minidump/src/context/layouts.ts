import { layout as amd64 } from './amd64.ts'
import { layout as arm } from './arm.ts'
import { layout as arm64 } from './arm64.ts'
import { layout as arm64Old } from './arm64-old.ts'
import type { ContextLayout } from './context-layout.ts'
import { layout as x86 } from './x86.ts'

export const layouts: readonly ContextLayout[] = [x86, amd64, arm, arm64, arm64Old]

/** The layout that a SystemInfo's processor architecture calls for. */
export function layoutFor(architecture: number): ContextLayout | undefined {
  return layouts.find((layout) => layout.architectures.includes(architecture))
}
