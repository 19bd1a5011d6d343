import { describe, expect, it } from 'vitest'
import { bytesSource } from '../byte-source.ts'
import { readMinidump } from '../read-minidump.ts'
import { stack, synthDump } from '../synth/index.ts'
import { describeMinidump } from './describe-minidump.ts'
import { formatDump } from './format-dump.ts'

const dump = readMinidump(
  bytesSource(
    synthDump({
      threads: [{ id: 7, name: 'main', stack: stack(0x7ffe0000n, [1]), context: { registers: { rip: 0x1234, rsp: 0x7ffe0000 } } }],
      exception: { threadId: 7, code: 11, flags: 1, address: 0x45n },
      modules: [{ baseAddress: 0x1000n, size: 0x1000, name: '/bin/\u001b[31mred', buildId: 'ab'.repeat(20) }],
      crashpad: { annotations: new Map([['__proto__', 'x']]) },
      linux: { cpuInfo: 'one\ntwo' },
    }),
  ),
)

describe('a description of a dump', () => {
  it('is JSON with every part', () => {
    const description = JSON.parse(JSON.stringify(describeMinidump(dump)))
    expect(description).toMatchObject({
      time: '2020-09-13T12:26:40.000Z',
      systemInfo: { cpu: 'amd64', os: 'Linux' },
      threads: [{ id: 7, name: 'main', context: { registers: { rip: '0x1234' } }, stack: { startAddress: '0x7ffe0000', size: 8 } }],
      exception: { code: 11, address: '0x45' },
      modules: [{ baseAddress: '0x1000', codeView: { kind: 'elf', buildId: 'ab'.repeat(20) } }],
      memory: [{ startAddress: '0x7ffe0000', size: 8 }],
      linux: { cpuInfo: 'one\ntwo' },
      problems: [],
    })
    expect(Object.entries(description.crashpad.annotations)).toEqual([['__proto__', 'x']])
    expect(description).not.toHaveProperty('source')
    expect(description).not.toHaveProperty('miscInfo')
  })

  it('is text in which nothing obeys a terminal', () => {
    const text = formatDump(dump)
    expect(text).toMatchSnapshot()
    expect(text).not.toContain('\u001b')
  })
})
