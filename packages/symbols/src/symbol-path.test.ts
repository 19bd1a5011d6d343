import fc from 'fast-check'
import { expect, test } from 'vitest'
import { symbolPath } from './symbol-path.ts'

const debugId = 'BBA6FA10B8AAB33D00000000000000000'

test('puts Windows symbols under the name of the pdb', () => {
  expect(
    symbolPath({ debugFile: 'C:\\build\\Firefox.pdb', debugId: debugId.toLowerCase(), codeFile: 'firefox.exe', codeId: '5c1b43d2a000' }),
  ).toEqual([`Firefox.pdb/${debugId}/Firefox.sym`, 'firefox.exe/5C1B43D2A000/firefox.exe.sym'])
})

test('puts other symbols under the full name', () => {
  expect(symbolPath({ debugFile: '/usr/lib/libc.so.6', debugId })).toEqual([`libc.so.6/${debugId}/libc.so.6.sym`])
})

test('looks for the age of a pdb in lower case first, as dumpers write it', () => {
  const guid = debugId.slice(0, 32)
  for (const age of ['1a', '1A']) {
    expect(symbolPath({ debugFile: 'xul.pdb', debugId: guid + age })).toEqual([`xul.pdb/${guid}1a/xul.sym`, `xul.pdb/${guid}1A/xul.sym`])
  }
})

test('does so behind the time that stood for the GUID before 2002', () => {
  expect(symbolPath({ debugFile: 'old.pdb', debugId: '3d4a5bccFF' })).toEqual(['old.pdb/3D4A5BCCff/old.sym', 'old.pdb/3D4A5BCCFF/old.sym'])
})

test('takes the code file where no debug file is known, and drops .dll there', () => {
  expect(symbolPath({ debugFile: '', debugId, codeFile: '/opt/app/x.DLL', codeId: 'ab' })).toEqual([
    `x.DLL/${debugId}/x.DLL.sym`,
    'x.DLL/AB/x.sym',
  ])
})

test.each(['', '.', '..', 'a/..', 'a\\..', '/', 'a\0b', 'a\nb', 'é'.repeat(128)])('has no place for a module called %j', (debugFile) => {
  expect(symbolPath({ debugFile, debugId, codeId: 'ab' })).toEqual([])
})

test.each(['', '../..', 'XYZ', `${debugId}/..`, '0'.repeat(81)])('has no place for the id %j', (id) => {
  expect(symbolPath({ debugFile: 'a', debugId: id, codeId: id })).toEqual([])
})

test('never leads out of the folder it is joined to', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '../', '..\\', '/', 'C:\\', '\0'), fc.string(), (name, prefix, id) => {
      for (const path of symbolPath({ debugFile: prefix + name, debugId, codeFile: name + prefix, codeId: id })) {
        const parts = path.split('/')
        expect(parts).toHaveLength(3)
        for (const part of parts) expect(['', '.', '..'].includes(part) || part.includes('\\')).toBe(false)
      }
    }),
  )
})
