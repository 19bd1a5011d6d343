import { abort } from './abort.ts'
import { badHardware } from './bad-hardware.ts'
import { emptyDetails } from './empty-details.ts'
import { hang } from './hang.ts'
import { ipcChannelError } from './ipc-channel-error.ts'
import { ipcMessageName } from './ipc-message-name.ts'
import { javaScriptHeap } from './javascript-heap.ts'
import { neverEmpty } from './never-empty.ts'
import { outOfMemory } from './out-of-memory.ts'
import { printable } from './printable.ts'
import type { Rule } from './rule.ts'
import { shutdownTimeout } from './shutdown-timeout.ts'
import { stackOverflow } from './stack-overflow.ts'
import { stackwalkerError } from './stackwalker-error.ts'
import { truncate } from './truncate.ts'
import { v8Fatal } from './v8-fatal.ts'
import { watchdog } from './watchdog.ts'
import { whitespace } from './whitespace.ts'

/** What every signature passes at the end, whatever it was made of. */
export const finishingRules: readonly Rule[] = [printable, whitespace, truncate, neverEmpty]

/** In this order, after the stack gave a signature. The order is Socorro's; ours stand where they belong. */
export const crashRules: readonly Rule[] = [
  stackwalkerError,
  emptyDetails,
  badHardware,
  outOfMemory,
  javaScriptHeap,
  abort,
  v8Fatal,
  shutdownTimeout,
  watchdog,
  ipcChannelError,
  ipcMessageName,
  stackOverflow,
  hang,
]
