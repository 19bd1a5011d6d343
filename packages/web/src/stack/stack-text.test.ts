import { describe, expect, it } from 'vitest'
import { readCrash } from './crash.ts'
import { stackText } from './stack-text.ts'

const crash = readCrash({
  crash_info: { type: 'SIGSEGV', crashing_thread: 0 },
  system_info: { os: 'Linux', os_ver: '6.1', cpu_arch: 'amd64' },
  threads: [
    {
      frames: [
        {
          frame: 0,
          function: 'Foo::bar()',
          file: 'foo.cc',
          line: 42,
          module: 'app',
          inlines: [{ function: 'check', file: 'check.h', line: 7 }],
          trust: 'context',
        },
        { frame: 1, module: 'libc.so.6', module_offset: '0x0000000000029d90', trust: 'scan' },
        { frame: 2, offset: '0x00000000deadbeef', trust: 'cfi' },
      ],
    },
  ],
})

describe('stackText', () => {
  it('is a block that a tracker shows as it is', () => {
    if (crash === undefined) throw new Error('the crash was not read')
    expect(stackText(crash, 'The app died.', 'https://crash.example/p/a/r/1')).toMatchInlineSnapshot(`
      "The app died.
      Linux 6.1 amd64
      https://crash.example/p/a/r/1

      \`\`\`
       0  app!check [check.h:7] [inlined]
       0  app!Foo::bar() [foo.cc:42]
       1  libc.so.6 + 0x29d90 [scan]
       2  0xdeadbeef
      \`\`\`
      "
    `)
  })
  it('cuts endless recursion', () => {
    const deep = readCrash({ threads: [{ frames: Array.from({ length: 500 }, (_, frame) => ({ frame, function: 'again' })) }] })
    if (deep === undefined) throw new Error('the crash was not read')
    expect(stackText(deep, undefined, '')).toContain('… 440 more')
  })
})
