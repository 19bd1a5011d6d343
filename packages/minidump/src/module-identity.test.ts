import { describe, expect, it } from 'vitest'
import type { CodeView } from './code-view.ts'
import { type IdentityInput, type ModuleIdentity, moduleIdentity } from './module-identity.ts'
import type { VersionInfo } from './streams/module-list.ts'

const version: VersionInfo = {
  valid: true,
  fileVersionHigh: 0x00560001,
  fileVersionLow: 0x00021dfd,
  productVersionHigh: 3,
  productVersionLow: 4,
  fileFlagsMask: 0,
  fileFlags: 0,
  fileOs: 0,
  fileType: 0,
  fileSubtype: 0,
  fileDateHigh: 0,
  fileDateLow: 0,
}

function identityOf(given: Partial<IdentityInput>): ModuleIdentity {
  const none = { ...version, valid: false }
  return moduleIdentity({
    name: '/opt/app/module',
    size: 0x2d000,
    timestamp: 0x45d35f6c,
    codeView: undefined,
    versionInfo: none,
    os: 'Linux',
    littleEndian: true,
    ...given,
  })
}

const pdb70: CodeView = { kind: 'pdb70', guid: '6692a7a018a83191ae651e8db36548f5', age: 0, fileName: '/x/firefox' }

describe('the identity of a module', () => {
  it('on Windows is timestamp and size, GUID and age, and the leaf of the PDB path', () => {
    expect(identityOf({ os: 'Windows NT', codeView: { ...pdb70, age: 0xff, fileName: 'c:\\b\\x.pdb' } })).toEqual({
      codeId: '45d35f6c2d000',
      debugId: '6692A7A018A83191AE651E8DB36548F5ff',
      debugFile: 'x.pdb',
    })
  })

  it('on macOS has the UUID for both ids', () => {
    expect(identityOf({ os: 'Mac OS X', codeView: pdb70 })).toEqual({
      codeId: '6692a7a018a83191ae651e8db36548f5',
      debugId: '6692A7A018A83191AE651E8DB36548F50',
      debugFile: 'firefox',
    })
  })

  it('of an ELF file is its build id, and the first 16 bytes of it as a little-endian GUID', () => {
    const buildId = Uint8Array.from([0xf1, 0xc3, 0xbc, 0xc0, 0x27, 0x98, 0x65, 0xfe, 0x30, 0x58, 0x40, 0x4b, 0x28, 0x31, 0xd9, 0xe6, 0x41])
    expect(identityOf({ codeView: { kind: 'elf', buildId } })).toEqual({
      codeId: 'f1c3bcc0279865fe3058404b2831d9e641',
      debugId: 'C0BCC3F19827FE653058404B2831D9E60',
      debugFile: 'module',
    })
  })

  it('of an ELF file with a short build id is padded with zeros', () => {
    const buildId = Uint8Array.from([0x10, 0xfa, 0xa6, 0xbb, 0xaa, 0xb8, 0x3d, 0xb3])
    expect(identityOf({ codeView: { kind: 'elf', buildId } })).toMatchObject({
      codeId: '10faa6bbaab83db3',
      debugId: 'BBA6FA10B8AAB33D00000000000000000',
    })
  })

  it('has no ids for a build id of zeros', () => {
    expect(identityOf({ codeView: { kind: 'elf', buildId: new Uint8Array(20) } })).toEqual({ debugFile: 'module' })
  })

  it('without CodeView is timestamp and size on Windows and nothing elsewhere', () => {
    expect(identityOf({ os: 'Windows NT' })).toEqual({ codeId: '45d35f6c2d000' })
    expect(identityOf({ os: 'Linux' })).toEqual({})
  })

  it('has a version in halves on Windows and macOS, in whole words elsewhere', () => {
    expect(identityOf({ versionInfo: version, os: 'Windows NT' }).version).toBe('86.1.2.7677')
    expect(identityOf({ versionInfo: version, os: 'Android' }).version).toBe(`${0x00560001}.${0x00021dfd}.3.4`)
  })
})
