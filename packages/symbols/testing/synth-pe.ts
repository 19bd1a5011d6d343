import { synthGuid, text, u16, u32 } from './synth-pdb.ts'

export interface SynthPe {
  readonly machine?: number
  readonly is64?: boolean
  /** Of `.text`, at 0x1000. */
  readonly code?: number
  /** `.rdata`, at 0x8000: everything that directories point to. */
  readonly data?: readonly number[]
  /** Address and size by number. */
  readonly directories?: Readonly<Record<number, readonly [number, number]>>
}

export const dataRva = 0x8000

export function synthPe({ machine = 0x8664, is64 = true, data = [], directories = {} }: SynthPe): Uint8Array {
  const optional = [...u16(is64 ? 0x20b : 0x10b), ...new Array<number>(is64 ? 110 : 94).fill(0)]
  const set = (at: number, value: number): void => {
    for (const [index, byte] of u32(value).entries()) optional[at + index] = byte
  }
  set(is64 ? 24 : 28, 0x1000_0000)
  set(56, 0x9000)
  set(60, 0x400)
  set(is64 ? 108 : 92, 16)
  for (let index = 0; index < 16; index++) {
    const [rva, size] = directories[index] ?? [0, 0]
    optional.push(...u32(rva), ...u32(size))
  }
  const section = (name: string, rva: number, size: number, offset: number, flags: number): number[] => [
    ...text(name.padEnd(8, '\0')).slice(0, 8),
    ...u32(size),
    ...u32(rva),
    ...u32(size),
    ...u32(offset),
    ...new Array<number>(12).fill(0),
    ...u32(flags),
  ]
  const file = [0x4d, 0x5a, ...new Array<number>(58).fill(0), ...u32(64), 0x50, 0x45, 0, 0]
  file.push(...u16(machine), ...u16(2), ...u32(0x5c9e_0959), ...u32(0), ...u32(0), ...u16(optional.length), ...u16(0x22), ...optional)
  file.push(...section('.text', 0x1000, 0x1000, 0x400, 0x6000_0020), ...section('.rdata', dataRva, data.length, 0x1400, 0x4000_0040))
  return Uint8Array.from([...file, ...new Array<number>(0x1400 - file.length).fill(0), ...data])
}

/** A debug directory with one RSDS record behind it, for the start of `data`. */
export function codeView(pdbPath: string, age: number): number[] {
  const path = text(pdbPath)
  const entry = [...new Array<number>(12).fill(0), ...u32(2), ...u32(24 + path.length), ...u32(dataRva + 28), ...u32(0x1400 + 28)]
  return [...entry, ...u32(0x5344_5352), ...synthGuid, ...u32(age), ...path]
}
