import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maxWinProgramLength } from '../limits.ts'
import { evaluateWinProgram } from './evaluate-program.ts'

const memory = (address: bigint) => (address === 1004n ? 99n : undefined)

function run(program: string): Map<string, bigint> | undefined {
  const variables = new Map([['$esp', 1000n]])
  return evaluateWinProgram(program, variables, memory) ? variables : undefined
}

test('assigns, reads memory and computes in 32 bits', () => {
  expect(run('$T0 $esp 4 + = $eip $T0 ^ =')?.get('$eip')).toBe(99n)
  expect(run('$T0 0 1 - =')?.get('$T0')).toBe(0xffff_ffffn)
  expect(run('$T0 $esp 16 @ =')?.get('$T0')).toBe(992n)
})

test('splits an assignment that is glued to the next variable', () => {
  expect(run('$T0 $esp 4 + =$eip $T0 =')?.get('$eip')).toBe(1004n)
})

test('forgets a variable that is assigned .undef', () => {
  expect(run('$esp .undef =')?.has('$esp')).toBe(false)
  expect(run('$esp .undef = $eip $esp =')).toBeUndefined()
})

test.each(['=', '$a =', '1 2 =', '$eip $none =', '$eip 8 ^ =', '1 0 /', '$eip bad =', '+', '4294967296 $a ='])('“%s” fails', (program) => {
  expect(run(program)).toBeUndefined()
})

test('refuses programs longer than any real one', () => {
  expect(run('1 '.repeat(maxWinProgramLength))).toBeUndefined()
})

test('any program ends, and with 32-bit values', () => {
  const token = fc.constantFrom(
    '+',
    '-',
    '*',
    '/',
    '%',
    '@',
    '^',
    '=',
    '$esp',
    '$eip',
    '$T0',
    '.undef',
    '-1',
    '4',
    '2147483647',
    '=$T0',
    'x',
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
      const variables = new Map([['$esp', 1000n]])
      evaluateWinProgram(tokens.join(' '), variables, memory)
      return [...variables.values()].every((value) => value >= 0n && value <= 0xffff_ffffn)
    }),
  )
})
