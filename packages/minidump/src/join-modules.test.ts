import { describe, expect, it } from 'vitest'
import { bytesSource } from './byte-source.ts'
import { readMinidump } from './read-minidump.ts'
import type { Module } from './streams/module-list.ts'
import { type SynthModule, type SynthOptions, synthDump } from './synth/index.ts'

const id = 'ab'.repeat(20)

function piece(baseAddress: bigint, size: number, name = '/opt/node', buildId = id): SynthModule {
  return { baseAddress, size, name, buildId }
}

function modulesOf(modules: readonly SynthModule[], maps?: string, more: SynthOptions = {}): readonly Module[] {
  return readMinidump(bytesSource(synthDump({ modules, ...(maps !== undefined && { linux: { maps } }), ...more }))).modules
}

describe('modules that a writer split', () => {
  it('are joined at the place of the first entry, from the lowest base to the highest end', () => {
    const modules = modulesOf([piece(0x600000n, 0x2000), piece(0x900000n, 0x1000, '/lib/other', 'cd'.repeat(20)), piece(0x400000n, 0x1000)])
    expect(modules).toHaveLength(2)
    expect(modules[0]).toMatchObject({
      name: '/opt/node',
      baseAddress: 0x400000n,
      size: 0x202000,
      codeId: id,
      entry: 0,
      pieces: [
        { baseAddress: 0x400000n, size: 0x1000, entry: 2 },
        { baseAddress: 0x600000n, size: 0x2000, entry: 0 },
      ],
    })
    expect(modules[1]).not.toHaveProperty('pieces')
  })

  it('are joined when Breakpad named the later one path/soname', () => {
    const modules = modulesOf([
      piece(0x1000n, 0x1000, '/lib/librustc_driver.so'),
      piece(0x4000n, 0x1000, '/lib/librustc_driver.so/librustc.so'),
    ])
    expect(modules).toMatchObject([{ name: '/lib/librustc_driver.so', size: 0x4000 }])
  })

  it('are joined though a small file maps its start for data as well', () => {
    const maps = [
      '00400000-00401000 r-xp 00000000 08:01 42 /opt/node',
      '00600000-00601000 r--p 00000000 08:01 42 /opt/node',
      '00601000-00602000 rw-p 00001000 08:01 42 /opt/node',
    ].join('\n')
    expect(modulesOf([piece(0x400000n, 0x1000), piece(0x600000n, 0x2000)], maps)).toHaveLength(1)
  })

  it('are joined over any gap when the maps show the later part of the file', () => {
    const maps = '10000-11000 r--p 00000000 08:01 42 /opt/node\n80000000-80001000 r-xp 00005000 08:01 42 /opt/node\n'
    expect(modulesOf([piece(0x10000n, 0x1000), piece(0x80000000n, 0x1000)], maps)).toHaveLength(1)
  })
})

describe('modules of one build id that are not pieces', () => {
  it.each([
    ['lie far apart', [piece(0x1000n, 0x1000), piece(0x9000_0000n, 0x1000)]],
    ['are copies in two folders', [piece(0x1000n, 0x1000, '/a/libcrypto.so'), piece(0x3000n, 0x1000, '/b/libcrypto.so')]],
    ['have another module between them', [piece(0x1000n, 0x1000), piece(0x3000n, 0x1000, '/x', 'cd'.repeat(20)), piece(0x5000n, 0x1000)]],
    ['have no name, which tells of no file', [piece(0x1000n, 0x1000, ''), piece(0x3000n, 0x1000, ''), piece(0x5000n, 0x1000, '/x')]],
    ['overlap', [piece(0x1000n, 0x3000), piece(0x2000n, 0x3000)]],
    ['have no id', [piece(0x1000n, 0x1000, '/opt/node', '00'.repeat(20)), piece(0x3000n, 0x1000, '/opt/node', '00'.repeat(20))]],
  ])('stay apart when they %s', (_, modules) => {
    expect(modulesOf(modules)).toHaveLength(modules.length)
  })

  it('stay apart when the maps show the file mapped twice', () => {
    const copy = (base: number): string =>
      [
        `${base.toString(16)}-${(base + 0x1000).toString(16)} r--p 00000000 08:01 42 /opt/node`,
        `${(base + 0x1000).toString(16)}-${(base + 0x2000).toString(16)} r-xp 00001000 08:01 42 /opt/node`,
      ].join('\n')
    const maps = `${copy(0x10000)}\n${copy(0x12000)}\n`
    expect(modulesOf([piece(0x10000n, 0x2000), piece(0x12000n, 0x2000)], maps)).toHaveLength(2)
  })

  it('stay apart on Windows, where one PDB id may stand in several files', () => {
    const pdb = { guid: '5a9832e5287241c1838ed98914e9b7ff', age: 1, fileName: 'a.pdb' }
    const modules = [0x1000n, 0x3000n].map((baseAddress) => ({ baseAddress, size: 0x1000, name: 'a.dll', pdb }))
    expect(modulesOf(modules, undefined, { systemInfo: { os: 'Windows NT' } })).toHaveLength(2)
  })
})
