import { evaluateWinProgram } from '../../packages/stackwalk/dist/win/evaluate-program.js'
import { unwindByWin } from '../../packages/stackwalk/dist/win/unwind-win.js'
import { bytesSource, openBreakpadSymbols } from '../../packages/symbols/dist/index.js'
import type { Target } from '../target.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const memory = (address: bigint) => (address % 4n === 0n ? (address * 5n) & 0xffff_ffffn : undefined)
const registers: Record<string, bigint> = { eip: 0x40_1000n, esp: 0x12_ff00n, ebp: 0xffff_fffcn, ebx: 0n }

/** One `STACK WIN` record, and its program alone. */
export const winTarget: Target = {
  name: 'win',
  kind: 'text',
  seeds: () =>
    [
      'STACK WIN 4 10 100 5 1 c 4 8 2 1 $T0 $ebp = $eip $T0 4 + ^ = $ebp $T0 ^ = $esp $T0 8 + =',
      'STACK WIN 4 10 100 0 0 4 0 0 0 1 $T0 .raSearch = $eip $T0 ^ = $esp $T0 4 + = $ebx $T0 4 @ .cbSavedRegs - ^ =',
      'STACK WIN 0 10 100 5 1 c 4 8 2 0 1',
    ].map((text) => encoder.encode(text)),
  run: (input) => {
    const text = decoder.decode(input)
    const variables = new Map(Object.entries(registers).map(([name, value]) => [`$${name}`, value]))
    const alone = evaluateWinProgram(text, variables, memory)
    const file = encoder.encode(`MODULE windows x86 000000000000000000000000000000001 a.pdb\n${text}`)
    const record = openBreakpadSymbols(bytesSource(file)).winAt(0x20)
    const callee = { register: (name: string) => registers[name], memory, isContext: true, parameterSizeOfItsCallee: 8 }
    const caller = record === undefined ? undefined : unwindByWin(record, callee)
    return `${alone} ${[...variables].join(' ')} ${caller === undefined ? '' : [...caller].join(' ')}`
  },
}
