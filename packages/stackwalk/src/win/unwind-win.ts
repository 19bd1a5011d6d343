import type { StackWinFpo, StackWinFrameData, StackWinRecord } from '@crashkeep/symbols'
import { evaluateWinProgram } from './evaluate-program.ts'

/** What unwinding by STACK WIN reads of the callee. */
export interface WinCallee {
  register(name: string): bigint | undefined
  memory(address: bigint): bigint | undefined
  /** Whether the registers are the ones of the context, not recovered ones. */
  readonly isContext: boolean
  /** Bytes of arguments that the callee's own callee was given and that still lie on the stack. */
  readonly parameterSizeOfItsCallee: number
}

const outputs = ['eip', 'esp', 'ebp', 'ebx', 'esi', 'edi']

/** The caller's registers, or `undefined` when the record does not lead to a return address and a stack pointer. */
export function unwindByWin(record: StackWinRecord, callee: WinCallee): Map<string, bigint> | undefined {
  return record.kind === 'frame-data' ? unwindByFrameData(record, callee) : unwindByFpo(record, callee)
}

function frameSize(record: StackWinRecord, callee: WinCallee): bigint {
  return BigInt(record.localSize + record.savedRegisterSize + callee.parameterSizeOfItsCallee)
}

function unwindByFrameData(record: StackWinFrameData, callee: WinCallee): Map<string, bigint> | undefined {
  const esp = callee.register('esp')
  const ebp = callee.register('ebp')
  if (esp === undefined || ebp === undefined) return undefined
  // A program that aligns the stack cannot count from esp; such functions keep their return address above ebp.
  const search = record.program.includes('@') ? ebp + 4n : esp + frameSize(record, callee)
  if (search > 0xffff_ffffn) return undefined
  const variables = new Map<string, bigint>([
    ['$esp', esp],
    ['$ebp', ebp],
    ['.cbParams', BigInt(record.parameterSize)],
    ['.cbCalleeParams', BigInt(callee.parameterSizeOfItsCallee)],
    ['.cbSavedRegs', BigInt(record.savedRegisterSize)],
    ['.cbLocals', BigInt(record.localSize)],
    ['.raSearch', search],
    ['.raSearchStart', search],
  ])
  const ebx = callee.register('ebx')
  if (ebx !== undefined) variables.set('$ebx', ebx)
  if (!evaluateWinProgram(record.program, variables, callee.memory)) return undefined
  const caller = new Map<string, bigint>()
  for (const name of outputs) {
    const value = variables.get(`$${name}`)
    if (value !== undefined) caller.set(name, value)
  }
  return caller.has('eip') && caller.has('esp') ? caller : undefined
}

function unwindByFpo(record: StackWinFpo, callee: WinCallee): Map<string, bigint> | undefined {
  const esp = callee.register('esp')
  if (esp === undefined) return undefined
  let returnSlot = esp + frameSize(record, callee)
  let eip = callee.memory(returnSlot)
  // Windows leaves a second return address on the stack of a system call without a frame: the thread's own instruction pointer.
  if (callee.isContext && eip !== undefined && eip === callee.register('eip')) {
    returnSlot += 4n
    eip = callee.memory(returnSlot)
  }
  const ebpSlot = esp + BigInt(callee.parameterSizeOfItsCallee + record.savedRegisterSize - 8)
  const ebp = record.allocatesBasePointer ? callee.memory(ebpSlot) : callee.register('ebp')
  if (eip === undefined || ebp === undefined || returnSlot + 4n > 0xffff_ffffn) return undefined
  const caller = new Map([
    ['eip', eip],
    ['esp', returnSlot + 4n],
    ['ebp', ebp],
  ])
  const ebx = callee.register('ebx')
  if (!record.allocatesBasePointer && ebx !== undefined) caller.set('ebx', ebx)
  return caller
}
