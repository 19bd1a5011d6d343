import type { IcedInstruction } from './iced-instruction.ts'

// Names where rust-minidump's disassembler has another one than iced. Everything else is the same in lower case.
const conditions: Readonly<Record<string, string>> = {
  je: 'jz',
  jne: 'jnz',
  jae: 'jnb',
  jbe: 'jna',
  cmove: 'cmovz',
  cmovne: 'cmovnz',
  cmovae: 'cmovnb',
  cmovbe: 'cmovna',
  sete: 'setz',
  setne: 'setnz',
}

const names: Readonly<Record<string, string>> = {
  ...conditions,
  int1: 'int',
  int3: 'int',
  loope: 'loopz',
  loopne: 'loopnz',
  pushfq: 'pushf',
  popfq: 'popf',
  xlatb: 'xlat',
}

const stringInstruction = /^(movs|stos|lods|scas|cmps|ins|outs)[bwdq]$/

export function mnemonicOf(instruction: IcedInstruction): string {
  const name = instruction.mnemonic
  if (instruction.isString) return stringInstruction.exec(name)?.[1] ?? name
  if (instruction.isIndirectFarJump || instruction.isIndirectFarCall) return `${name}f`
  return names[name] ?? name
}
