import { Code, CodeSize, Decoder, DecoderOptions, EncodingKind, FlowControl, Mnemonic, OpAccess, OpKind, Register } from 'iced-x86'
import { expect, test } from 'vitest'
import { icedDecoder } from './iced-decoder.ts'
import { Access, code64, Flow, legacyEncoding, noRegister, OperandKind, segmentFs, segmentGs, shortExchanges } from './iced-numbers.ts'
import { mnemonicNames } from './mnemonic-names.ts'
import { openIcedDecoder } from './open-iced-decoder.ts'
import { registerName } from './register-name.ts'

const numbersOf = (table: object) => Object.entries(table).flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : []))

test('numbers and names are those of the installed iced-x86', () => {
  expect(numbersOf(OpKind)).toEqual(
    expect.arrayContaining(
      numbersOf(OperandKind).map(([name, value]) => [
        String(name)
          .replace('8Second', '8_2nd')
          .replace(/(\d)To(\d)/, '$1to$2'),
        value,
      ]),
    ),
  )
  expect(numbersOf(FlowControl)).toEqual(expect.arrayContaining(numbersOf(Flow)))
  expect(numbersOf(OpAccess)).toEqual(numbersOf(Access))
  expect([noRegister, segmentFs, segmentGs, legacyEncoding, code64]).toEqual([
    Register.None,
    Register.FS,
    Register.GS,
    EncodingKind.Legacy,
    CodeSize.Code64,
  ])
  expect([...shortExchanges]).toEqual([Code.Xchg_r16_AX, Code.Xchg_r32_EAX, Code.Xchg_r64_RAX])
  expect(mnemonicNames).toEqual(numbersOf(Mnemonic).map(([name]) => String(name).toLowerCase()))
})

test('registers are named as the disassembler of rust-minidump names them', () => {
  for (const [name, value] of numbersOf(Register)) {
    if (/^DontUse|^None$/.test(String(name))) expect(registerName(Number(value))).toBeUndefined()
    else
      expect(registerName(Number(value))).toBe(
        String(name)
          .toLowerCase()
          .replace(/^st(\d)$/, 'st($1)')
          .replace(/^(r\d+)l$/, '$1b'),
      )
  }
})

test('random bytes are the same instruction of the same length as with its own JavaScript', () => {
  let state = 1
  const byte = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return state >>> 24
  }
  for (let round = 0; round < 3000; round++) {
    const bits = round % 2 === 0 ? 64 : 32
    const bytes = Uint8Array.from({ length: 15 }, byte)
    const decoder = new Decoder(bits, bytes, DecoderOptions.None)
    const theirs = decoder.decode()
    const ours = icedDecoder.decode(bytes, bits)
    expect(ours?.length).toBe(theirs.isInvalid ? undefined : theirs.length)
    theirs.free()
    decoder.free()
  }
})

test('another WebAssembly is refused', () => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
  expect(() => openIcedDecoder(() => empty).decode(new Uint8Array(1), 64)).toThrow(expect.objectContaining({ code: 'unusable_decoder' }))
})
