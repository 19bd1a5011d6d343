import { expect, test } from 'vitest'
import { endOfScope, procedure, synthPdb, synthSignature, text, u16, u32 } from '../../../testing/synth-pdb.ts'
import { codeView, dataRva, type SynthPe, synthPe } from '../../../testing/synth-pe.ts'
import { bytesSource } from '../../byte-source.ts'
import { type DumpOptions, dumpSymbols } from '../index.ts'

function dump(file: Uint8Array, options: DumpOptions = {}): { lines: string[]; problems: string[] } {
  const chunks: Uint8Array[] = []
  const result = dumpSymbols(bytesSource(file), (chunk) => chunks.push(chunk), { fileName: '/build/app.dll', ...options })
  return { lines: Buffer.concat(chunks).toString().trimEnd().split('\n'), problems: result.problems.map(({ code }) => code) }
}

const view = codeView('D:\\out\\the app.pdb', 0x2b)
const withView: SynthPe = { data: view, directories: { 6: [dataRva, 28] } }
const pdb = synthPdb({ age: 0x2b, modules: [{ symbols: [procedure(0x10, 0x20, 'f'), endOfScope] }] })

test('a PE is named as crash reports name it, by its record of a PDB', () => {
  expect(dump(synthPe(withView)).lines).toEqual([
    `MODULE windows x86_64 ${synthSignature}2B the app.pdb`,
    'INFO CODE_ID 5C9E09599000 app.dll',
  ])
})

test('the record of an old linker gives a time stamp and an age', () => {
  const path = text('old.pdb')
  const record = [...u32(0x3031_424e), ...u32(0), ...u32(0x1234_abcd), ...u32(0x10), ...path]
  const entry = [...new Array<number>(12).fill(0), ...u32(2), ...u32(record.length), ...u32(dataRva + 28), ...u32(0)]
  const file = synthPe({ machine: 0x14c, is64: false, data: [...entry, ...record], directories: { 6: [dataRva, 28] } })
  expect(dump(file).lines[0]).toBe('MODULE windows x86 1234ABCD10 old.pdb')
})

test('without a record, the file itself gives the name', () => {
  expect(dump(synthPe({})).lines[0]).toBe(`MODULE windows x86_64 ${'0'.repeat(33)} app.dll`)
})

test('its PDB gives functions, another build’s is not taken', () => {
  const asked: unknown[] = []
  const companions: DumpOptions['companions'] = (wanted) => {
    asked.push(wanted)
    return bytesSource(pdb)
  }
  const { lines } = dump(synthPe(withView), { companions })
  expect(asked).toEqual([{ kind: 'pdb', name: 'the app.pdb', debugId: `${synthSignature}2B` }])
  expect(lines).toEqual([
    `MODULE windows x86_64 ${synthSignature}2B the app.pdb`,
    'INFO CODE_ID 5C9E09599000 app.dll',
    'FUNC 1010 20 0 f',
    'PUBLIC 1030 0 <unknown in app.dll>',
  ])
  const other = codeView('app.pdb', 1).with(33, 99)
  const strange = dump(synthPe({ ...withView, data: other }), { companions })
  expect(strange.problems).toEqual(['other_pdb'])
  expect(strange.lines.length).toBe(2)
})

test('a PDB finds the code id and the unwind information in its PE', () => {
  const pe = synthPe(withView)
  const { lines } = dump(pdb, { fileName: 'the app.pdb', companions: (wanted) => (wanted.kind === 'pe' ? bytesSource(pe) : undefined) })
  expect(lines.slice(0, 2)).toEqual([`MODULE windows x86_64 ${synthSignature}2B the app.pdb`, 'INFO CODE_ID 5C9E09599000 the app.exe'])
})

test('exported names become PUBLIC; forwards and what lies outside do not', () => {
  const names = ['alpha', 'forward', '_beta', 'gone']
  const addresses = [0x1100, dataRva + 4, 0x1200, 0]
  const tables = 40
  const strings = tables + 16 + 16 + 8
  const starts = names.map((_, index) => strings + names.slice(0, index).reduce((sum, name) => sum + name.length + 1, 0))
  const head = [
    ...new Array<number>(20).fill(0),
    ...u32(4),
    ...u32(4),
    ...u32(dataRva + tables),
    ...u32(dataRva + tables + 16),
    ...u32(dataRva + tables + 32),
  ]
  const data = [
    ...head,
    ...addresses.flatMap(u32),
    ...starts.flatMap((start) => u32(dataRva + start)),
    ...[0, 1, 2, 3].flatMap(u16),
    ...names.flatMap(text),
  ]
  const { lines } = dump(synthPe({ data, directories: { 0: [dataRva, data.length] } }))
  expect(lines.slice(2)).toEqual(['PUBLIC 1100 0 alpha', 'PUBLIC 1200 0 beta', 'PUBLIC 1201 0 <unknown in app.dll>'])
})

test('functions of the unwind table that nothing names are kept apart, and x64 rules cover the prologue', () => {
  // push rbp; push rbx; sub rsp, 0x28
  const info = [1, 8, 3, 0, 8, 0x42, 2, 0x30, 1, 0x50]
  const data = [...u32(0x1040), ...u32(0x1080), ...u32(dataRva + 12), ...info]
  const { lines } = dump(synthPe({ data, directories: { 3: [dataRva, 12] } }))
  expect(lines.slice(2)).toEqual([
    'FUNC 1040 40 0 <unknown in app.dll>',
    'PUBLIC 1080 0 <unknown in app.dll>',
    'STACK CFI INIT 1040 40 .cfa: $rsp 64 + $rbp: .cfa 16 - ^ $rbx: .cfa 24 - ^ .ra: .cfa 8 - ^',
    'STACK CFI 1040 .cfa: $rsp 8 + .ra: .cfa 8 - ^ $rbp: $rbp $rbx: $rbx',
    'STACK CFI 1041 .cfa: $rsp 16 + $rbp: .cfa 16 - ^',
    'STACK CFI 1042 .cfa: $rsp 24 + $rbx: .cfa 24 - ^',
    'STACK CFI 1048 .cfa: $rsp 64 +',
  ])
})

test('an unwind table that points outside, or to nonsense, costs its functions only', () => {
  const data = [...u32(0x1040), ...u32(0x1080), ...u32(0x7fff_0000), ...u32(0x1080), ...u32(0x10a0), ...u32(dataRva + 24), 1, 0, 0, 0]
  const { lines, problems } = dump(synthPe({ data, directories: { 3: [dataRva, 24] } }))
  expect(problems).toEqual(['pe_unwind'])
  expect(lines.at(-1)).toBe('STACK CFI INIT 1080 20 .cfa: $rsp 8 + .ra: .cfa 8 - ^')
})

test('a program for x64 that has code for ARM64, too, says that rules for that are missing', () => {
  const told = (hybrid: number) => {
    // IMAGE_LOAD_CONFIG_DIRECTORY64 up to CHPEMetadataPointer.
    const data = [...u32(208), ...new Array<number>(196).fill(0), ...u32(hybrid), ...u32(0)]
    return dump(synthPe({ data, directories: { 10: [dataRva, 208] } })).problems
  }
  expect(told(0x1000)).toEqual(['pe_arm64ec'])
  expect(told(0)).toEqual([])
})
