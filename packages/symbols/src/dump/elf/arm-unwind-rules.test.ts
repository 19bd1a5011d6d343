import { describe, expect, test } from 'vitest'
import { armUnwindRules } from './arm-unwind-rules.ts'

describe('codes of ARM for unwinding', () => {
  test.each([
    ['a leaf', [0xb0], '.cfa: sp 0 + .ra: lr'],
    ['registers and the return address', [0xaa, 0xb0], '.cfa: sp 16 + .ra: .cfa -4 + ^ r4: .cfa -16 + ^ r5: .cfa -12 + ^ r6: .cfa -8 + ^'],
    ['room for variables', [0x02, 0x84, 0x80], '.cfa: sp 20 + .ra: .cfa -4 + ^ r11: .cfa -8 + ^'],
    ['more room than one code can tell', [0xb2, 0x81, 0x01, 0x84, 0x00], '.cfa: sp 1036 + .ra: .cfa -4 + ^'],
    ['a frame pointer', [0x97, 0x84, 0x08], '.cfa: r7 8 + .ra: .cfa -4 + ^ r7: .cfa -8 + ^'],
    ['a frame pointer behind the saved registers', [0x9b, 0x41, 0x84, 0x80], '.cfa: r11 0 + .ra: .cfa -4 + ^ r11: .cfa -8 + ^'],
    ['vector registers', [0xc9, 0x83, 0xb9, 0xd1, 0xb3, 0x80], '.cfa: sp 80 + .ra: lr'],
    ['registers of arguments', [0xb1, 0x08, 0x84, 0x00], '.cfa: sp 8 + .ra: .cfa -4 + ^ r3: .cfa -8 + ^'],
    ['a return address that was signed', [0xb4, 0x84, 0x00], '.cfa: sp 8 + .ra: .cfa -4 + ^'],
  ])('%s', (_what, codes, rules) => {
    expect(armUnwindRules(Uint8Array.from(codes))).toBe(rules)
  })

  test.each([
    ['a function that refuses', [0x80, 0x00]],
    ['the stack pointer itself saved', [0x82, 0x00]],
    ['a frame pointer that is the caller’s already', [0xa3, 0x97]],
    ['a code of other processors', [0xc6, 0x00]],
    ['a code of nobody', [0xff]],
    ['a number without an end', [0xb2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ])('no rules of %s', (_what, codes) => {
    expect(armUnwindRules(Uint8Array.from(codes))).toBe(undefined)
  })
})
