import type { Target } from '../target.ts'
import { cfiTarget } from './cfi.ts'
import { debugFileTarget } from './debug-file.ts'
import { dumpTarget } from './dump.ts'
import { symbolsTarget } from './symbols.ts'
import { walkTarget } from './walk.ts'
import { winTarget } from './win.ts'

export const targets: readonly Target[] = [dumpTarget, symbolsTarget, cfiTarget, winTarget, walkTarget, debugFileTarget]
