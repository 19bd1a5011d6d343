import type { StackWinRecord } from '../module-symbols.ts'
import type { LineCursor } from './line-cursor.ts'

/**
 * Behind `STACK WIN`: type, address, code size, prolog, epilog, parameters, saved registers, locals, greatest stack, whether a program
 * follows, and the program or else whether ebp is used for something. `other`: a type that neither Breakpad nor rust-minidump uses,
 * or FPO data that claims a program, which stands in real files (`STACK WIN 0 75c20 17 4 0 0 10 0 0 1 1` in wntdll.pdb of Windows 10) and is of no use.
 */
export function readStackWin(cursor: LineCursor): StackWinRecord | 'bad' | 'other' {
  const type = cursor.hex()
  const sizes = {
    startOffset: cursor.hex(),
    size: cursor.hex(),
    prologSize: cursor.hex(),
    epilogSize: cursor.hex(),
    parameterSize: cursor.hex(),
    savedRegisterSize: cursor.hex(),
    localSize: cursor.hex(),
    maxStackSize: cursor.hex(),
  }
  const hasProgram = cursor.hex()
  if (type < 0 || hasProgram < 0 || hasProgram > 1 || Object.values(sizes).some((value) => value < 0)) return 'bad'
  if ((type !== 0 && type !== 4) || (hasProgram === 1) !== (type === 4)) return 'other'
  if (type === 4) return { kind: 'frame-data', ...sizes, program: cursor.rest() }
  return { kind: 'fpo', ...sizes, allocatesBasePointer: cursor.hex() > 0 }
}
