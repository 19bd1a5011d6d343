import { type Cause, causeOf } from './describe/crash-cause.ts'
import { type Call, calls, isAbortCall, namesOutOfMemory, placeOf } from './describe/crash-place.ts'
import { processName } from './describe/process-name.ts'
import { maxSentenceNameLength } from './limits.ts'
import type { ProcessedCrash } from './processed-crash.ts'

/** Reasons of dumps that somebody asked for while the program was fine. */
const notACrash = new Set(['DUMP_REQUESTED', 'Simulated Exception'])

/**
 * The one sentence for the top of a report: who died, what it did, where, and what that suggests. It says no more than the dump does:
 * without symbols there is a module, without a type there is "the process". Crashpad writes the type into the dump; for Breakpad it is
 * one of the fields sent beside it, so a caller may give it.
 */
export function describeCrash(crash: ProcessedCrash, processType?: string): string {
  const { ptype, process_type } = crash.annotations
  const who = processName(ptype ?? process_type ?? processType)
  const { type, address, assertion } = crash.crash_info
  const stack = calls(crash.crashing_thread?.frames ?? [])
  if (type === null || notACrash.has(type.split(' / ')[0] ?? '')) {
    return `${who} did not crash: somebody asked for this dump.`
  }
  const message = assertion ?? crash.annotations['electron.v8-fatal.message']
  const jump = jumpCause(stack, address)
  const cause = jump ?? memoryExhausted(crash, stack) ?? abortCause(type, stack) ?? causeOf(crash.crash_info)
  const note = message === undefined || message === '' ? cause.note : `“${message.slice(0, maxSentenceNameLength)}”`
  return `${who} ${cause.did}${jump === undefined ? placeOf(stack) : ''}${note === undefined ? '' : `: ${note}`}.`
}

/** Execution arrived where no code is: the address that failed is the instruction's own. */
function jumpCause(stack: readonly Call[], address: string | null): Cause | undefined {
  const frame = stack[0]?.frame
  if (frame === undefined || address === null || frame.offset !== address || frame.module !== null) return undefined
  const target = BigInt(address)
  const did = `jumped to address 0x${target.toString(16)}`
  return { did, note: target === 0n ? 'a null function pointer' : 'no module is there' }
}

function memoryExhausted(crash: ProcessedCrash, stack: readonly Call[]): Cause | undefined {
  const heapOfV8 = crash.annotations['electron.v8-oom.location'] ?? crash.annotations['electron.v8-oom.is_heap_oom']
  return heapOfV8 !== undefined || namesOutOfMemory(stack) ? { did: 'ran out of memory' } : undefined
}

function abortCause(type: string, stack: readonly Call[]): Cause | undefined {
  return /^(SIGABRT|EXC_SOFTWARE \/ SIGABRT)/.test(type) && stack.some(isAbortCall) ? { did: 'called abort()' } : undefined
}
