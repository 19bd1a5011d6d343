import { describe, expect, test } from 'vitest'
import { icedDecoder } from './iced-decoder.ts'

const decode = (hex: string, bits: 32 | 64 = 64) => icedDecoder.decode(Buffer.from(hex, 'hex'), bits)

describe('text of 64-bit code is that of yaxpeax-x86 2.0.0', () => {
  test.each([
    ['50', 'push rax'],
    ['e819000000', 'call $+0x19'],
    ['e8d0ffffff', 'call $-0x30'],
    ['488b7c2410', 'mov rdi, qword [rsp + 0x10]'],
    ['488d1dc8ea1a00', 'lea rbx, qword [rip + 0x1aeac8]'],
    ['741e', 'jz $+0x1e'],
    ['0f8346feffff', 'jnb $-0x1ba'],
    ['f00fb1158fea1a00', 'lock cmpxchg dword [rip + 0x1aea8f], edx'],
    ['8707', 'xchg dword [rdi], eax'],
    ['91', 'xchg eax, ecx'],
    ['f3ab', 'rep stos dword es:[rdi], eax'],
    ['f348a5', 'rep movs qword es:[rdi], qword ds:[rsi]'],
    ['2e3ef242a4', 'repnz movs byte es:[rdi], byte ds:[rsi]'],
    ['ae', 'scas byte es:[rdi], al'],
    ['6c', 'ins byte [rdi], dl'],
    ['6d', 'ins dword [rdi], dx'],
    ['0fb6042528000000', 'movzx eax, byte [0x28]'],
    ['64482b142528000000', 'sub rdx, qword fs:[0x28]'],
    ['4a6304a0', 'movsxd rax, dword [rax + r12 * 4]'],
    ['c6042500000080ff', 'mov byte [0x80000000], -0x1'],
    ['62f1fe486f01', 'vmovdqu64 zmm0, zmmword [rcx]'],
    ['62f17d58db05a24b9dfe', 'vpandd zmm0, zmm0, dword [rip - 0x162b45e]{1to16}'],
    ['0f11042525000000', 'movups xmmword [0x25], xmm0'],
    ['8326f8', 'and dword [rsi], -0x8'],
    ['480f434588', 'cmovnb rax, qword [rbp - 0x78]'],
    ['0f94442460', 'setz byte [rsp + 0x60]'],
    ['410f93c4', 'setae r12b'],
    ['db6c2418', 'fld st(0), mword [rsp + 0x18]'],
    ['ddd9', 'fstp st(1), st(0)'],
    ['ffaa5555ff50', 'jmpf mword [rdx + 0x50ff5555]'],
    ['cc', 'int 0x3'],
    ['f1', 'int 0x1'],
    ['cd29', 'int 0x29'],
    ['caca45', 'retf 0x45ca'],
    ['c879b1b1', 'enter 0xb179, 0xb1'],
    ['d7', 'xlat'],
    ['0f0b', 'ud2'],
    ['480fbae03f', 'bt rax, 0x3f'],
  ])('%s', (hex, text) => {
    expect(decode(hex)?.text).toBe(text)
  })
})

test('an instruction that is cut off, or none at all, is undefined', () => {
  expect(decode('488b7c24')).toBeUndefined()
  expect(decode('06')).toBeUndefined()
  expect(decode('')).toBeUndefined()
})

test('only the first instruction counts, and at most 15 bytes of it', () => {
  expect(decode('9090')).toMatchObject({ text: 'nop', length: 1 })
  expect(decode(`${'66'.repeat(15)}90`)).toBeUndefined()
})

test('accesses come with their types for the instructions whose accesses are known', () => {
  expect(decode('014708')?.memory).toEqual([{ base: 'rdi', scale: 1, displacement: 8n, size: 4, access: 'readwrite' }])
  expect(decode('ff1424')?.memory).toEqual([
    { base: 'rsp', scale: 1, displacement: 0n, size: 8, access: 'read' },
    { base: 'rsp', scale: 1, displacement: -8n, size: 8, access: 'write', isImplied: true },
  ])
  expect(decode('c3')).toMatchObject({ memory: [{ base: 'rsp', access: 'read' }], target: { kind: 'stack' } })
  expect(decode('488d0408')).toMatchObject({ memory: [], addressRegisters: ['rax', 'rcx'], accessIsKnown: true })
})

test('of other 64-bit instructions only the places are told', () => {
  expect(decode('a5')?.memory).toEqual([
    { base: 'rdi', scale: 1, displacement: 0n, size: 4 },
    { base: 'rsi', scale: 1, displacement: 0n, size: 4 },
  ])
  expect(decode('0f1f00')?.memory).toEqual([])
})

test('an address relative to the instruction counts from behind it', () => {
  expect(decode('8b0510000000')?.memory).toMatchObject([{ base: 'rip', displacement: 0x16n }])
})

test('32-bit code has every access with its type', () => {
  expect(decode('a5', 32)?.memory).toMatchObject([
    { base: 'edi', size: 4, access: 'write' },
    { base: 'esi', size: 4, access: 'read' },
  ])
  expect(decode('64a118000000', 32)?.memory).toEqual([{ segment: 'fs', scale: 1, displacement: 0x18n, size: 4, access: 'read' }])
})

test.each([
  ['ffe0', { kind: 'register', register: 'rax' }],
  ['ff20', { kind: 'memory', operand: { base: 'rax', scale: 1, displacement: 0n, size: 8 } }],
  ['e819000000', { kind: 'unknown' }],
  ['741e', { kind: 'unknown' }],
  ['90', { kind: 'next' }],
])('where %s leads', (hex, target) => {
  expect(decode(hex)?.target).toEqual(target)
})

test('divisions, privileged instructions and those that fault for other reasons are told apart', () => {
  expect(decode('f7f1')).toMatchObject({ isDivision: true, isPrivileged: false })
  expect(decode('f4')).toMatchObject({ isDivision: false, isPrivileged: true })
  expect(decode('0f2900')).toMatchObject({ accessIsKnown: true, faultsOnlyOnAddress: false })
  expect(decode('0f1100')).toMatchObject({ accessIsKnown: true, faultsOnlyOnAddress: true })
})
