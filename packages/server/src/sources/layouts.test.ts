import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { electronNamed } from './electron-names.ts'
import { type Layout, placesOf } from './layouts.ts'
import { presets } from './presets.ts'
import { defaultSources, placesAt, sourcesOf } from './symbol-source.ts'

const windows = {
  debugFile: 'C:\\build\\shop.pdb',
  debugId: '0123456789abcdef0123456789ABCDEF1f',
  codeFile: 'C:\\Shop\\Shop.exe',
  codeId: '5a9c1b2c7F000',
}
const linux = {
  debugFile: 'libfoo.so.1',
  debugId: '33221100554477668899AABBCCDDEEFF0',
  codeFile: '/usr/lib/libfoo.so.1',
  codeId: '00112233445566778899aabbccddeeff00112233',
}
const short = { ...linux, debugFile: 'lld.so', codeFile: '/usr/lib/lld.so', codeId: '00112233445566778899aabbccddeeff' }
const apple = {
  debugFile: 'Foo',
  debugId: '0123456789ABCDEF0123456789ABCDEF0',
  codeFile: '/usr/lib/Foo',
  codeId: '0123456789abcdef0123456789abcdef',
}

describe('layouts', () => {
  test.each([
    [
      'breakpad',
      windows,
      [
        'shop.pdb/0123456789ABCDEF0123456789ABCDEF1f/shop.sym',
        'shop.pdb/0123456789ABCDEF0123456789ABCDEF1F/shop.sym',
        'Shop.exe/5A9C1B2C7F000/Shop.exe.sym',
      ],
    ],
    [
      'microsoft',
      windows,
      [
        ...['shop.pdb/0123456789ABCDEF0123456789ABCDEF1f/shop.pdb', 'shop.pdb/0123456789ABCDEF0123456789ABCDEF1f/shop.pd_'],
        ...['Shop.exe/5A9C1B2C7f000/Shop.exe', 'Shop.exe/5A9C1B2C7f000/Shop.ex_'],
      ],
    ],
    [
      'microsoft-two-tier',
      windows,
      [
        ...['sh/shop.pdb/0123456789ABCDEF0123456789ABCDEF1f/shop.pdb', 'sh/shop.pdb/0123456789ABCDEF0123456789ABCDEF1f/shop.pd_'],
        ...['sh/Shop.exe/5A9C1B2C7f000/Shop.exe', 'sh/Shop.exe/5A9C1B2C7f000/Shop.ex_'],
      ],
    ],
    ['ssqp', windows, ['shop.pdb/0123456789abcdef0123456789abcdef1f/shop.pdb', 'shop.exe/5A9C1B2C7f000/shop.exe']],
    ['debuginfod', windows, []],
    ['debuginfod', linux, [`buildid/${linux.codeId}/debuginfo`, `buildid/${linux.codeId}/executable`]],
    ['ssqp', linux, [`_.debug/elf-buildid-sym-${linux.codeId}/_.debug`, `libfoo.so.1/elf-buildid-${linux.codeId}/libfoo.so.1`]],
    ['ssqp', short, [`_.debug/elf-buildid-sym-${short.codeId}00000000/_.debug`, `lld.so/elf-buildid-${short.codeId}00000000/lld.so`]],
    ['debuginfod', short, [`buildid/${short.codeId}/debuginfo`, `buildid/${short.codeId}/executable`]],
    ['ssqp', apple, [`_.dwarf/mach-uuid-sym-${apple.codeId}/_.dwarf`, `foo/mach-uuid-${apple.codeId}/foo`]],
    ['microsoft', linux, []],
    ['debuginfod', apple, []],
  ] as const)('%s of %j', (layout, module, expected) => {
    const { sym, debug, code } = placesOf(layout, module)
    expect([...sym, ...debug, ...code]).toEqual(expected)
  })

  test('no name of a dump leads out of the address', () => {
    const layouts: Layout[] = ['breakpad', 'microsoft', 'microsoft-two-tier', 'debuginfod', 'ssqp']
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('..', '../../x', 'a/../b', '%2e%2e', 'x?y#z', '\\\\host\\x', 'ä b.pdb', 'x\ud800y', '.', 'http://inner/'),
    )
    fc.assert(
      fc.property(fc.constantFrom(...layouts), text, text, (layout, name, other) => {
        const module = { ...windows, debugFile: `${name}.pdb`, codeFile: other }
        for (const place of Object.values(placesOf(layout, module)).flat()) {
          const url = new URL(place, 'https://symbols.example/base/')
          expect(url.href.startsWith('https://symbols.example/base/')).toBe(true)
          expect([url.search, url.hash]).toEqual(['', ''])
        }
      }),
    )
  })
})

describe('programs made of Electron', () => {
  const id = { debugId: linux.debugId }
  test.each([
    [{ debugFile: 'my-app', codeFile: '/opt/My App/my-app' }, 'electron'],
    [{ debugFile: 'My App Framework', codeFile: '/Applications/My App.app/My App Framework' }, 'Electron Framework'],
    [{ debugFile: 'My App Helper (Renderer)', codeFile: 'My App Helper (Renderer)' }, 'Electron Helper (Renderer)'],
    [{ debugFile: 'MyApp.exe.pdb', codeFile: 'C:\\MyApp.exe' }, 'electron.exe.pdb'],
    [{ debugFile: 'electron.exe.pdb', codeFile: 'C:\\MyApp.exe' }, undefined],
    [{ debugFile: 'libc.so.6', codeFile: '/lib/libc.so.6' }, undefined],
    [{ debugFile: 'shop.pdb', codeFile: 'C:\\shop.dll' }, undefined],
    [{ debugFile: 'addon.node', codeFile: '/opt/addon.node' }, undefined],
  ])('%j is looked for as %s', (module, name) => {
    expect(electronNamed({ ...module, ...id })?.debugFile).toBe(name)
  })
})

describe('sources of a project', () => {
  test('are none until somebody switches them on', () => {
    expect(sourcesOf(defaultSources)).toEqual([])
    expect(sourcesOf({ ...defaultSources, enabled: true }).map(({ key }) => key)).toEqual([
      ...['electron', 'mozilla', 'chromium', 'microsoft', 'nvidia', 'amd', 'intel', 'elfutils'],
    ])
  })

  test('public ones are told of no module that they cannot have', () => {
    const all = sourcesOf({ enabled: true, list: Object.keys(presets).map((preset) => ({ preset: preset as keyof typeof presets })) })
    const asked = (module: typeof windows) => all.filter((source) => placesAt(source, module).length > 0).map(({ key }) => key)
    expect(asked(linux)).toEqual(['mozilla', 'elfutils', 'debian', 'ubuntu', 'fedora', 'centos', 'arch', 'opensuse'])
    expect(asked({ ...windows, debugFile: 'shop.pdb', codeFile: 'shop.dll' })).toEqual(['mozilla', 'chromium', 'microsoft'])
    expect(asked({ ...windows, debugFile: 'nvoglv64.pdb', codeFile: 'nvoglv64.dll' })).toEqual([
      'mozilla',
      'chromium',
      'microsoft',
      'nvidia',
    ])
    expect(asked({ ...linux, debugFile: 'my-app', codeFile: '/opt/my-app' })[0]).toBe('electron')
    for (const { url, allowPrivate } of all)
      expect([url.protocol, allowPrivate, url.pathname.endsWith('/')]).toEqual(['https:', false, true])
  })
})
