import { stack } from '@crashkeep/minidump/synth'
import { expect, test } from 'vitest'
import { formatHuman } from './format/human.ts'
import { synthCrash } from './synth-crash.ts'

const base = 0x4000_0000n
const start = 0x8000_0000n

function text(functionName: string, recoverArguments: boolean): string {
  const crash = synthCrash(
    {
      systemInfo: { cpu: 'x86' },
      modules: [{ baseAddress: base, size: 0x1000, name: 'app' }],
      threads: [
        {
          id: 1,
          context: { registers: { eip: base + 0x105n, esp: start, ebp: start, eax: 0x77n } },
          stack: stack(start, [start + 0x10n, base + 0x205n, 0x11n, 0x22n, 0, 0], { pointerBytes: 4 }),
        },
      ],
    },
    { app: `FUNC 100 80 0 ${functionName}\nFUNC 200 80 0 main` },
    { recoverArguments },
  )
  return formatHuman(crash)
}

test('words above the return address are the arguments that the name lists', () => {
  expect(text('f(int, std::map<int, char>, void (*)(int, int))', true)).toContain(
    [
      '    Arguments (assuming cdecl [static function])',
      '        arg 0 (int) = 0x00000011',
      '        arg 1 (std::map<int, char>) = 0x00000022',
      '        arg 2 (void (*)(int, int)) = 0x00000000',
      '',
    ].join('\n'),
  )
})

test('a method has its object in eax', () => {
  expect(text('A::f(int)', true)).toContain(
    '(assuming windows thiscall [C++ member function])\n        arg 0 (this) = 0x00000077\n        arg 1 (int) = 0x00000011\n\n',
  )
})

test('they are shown only when asked for, and not for a name that cannot be read', () => {
  expect(text('f(int)', false)).not.toContain('Arguments')
  expect(text('operator>>(int)', true)).toContain('arg 0 (int)')
  for (const name of ['f', 'f(a>', 'f(>)', 'f(<)']) expect(text(name, true)).not.toContain('Arguments')
})
