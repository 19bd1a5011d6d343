import type { IcedInstruction } from './iced-instruction.ts'
import { code64, legacyEncoding, noRegister, OperandKind, segmentFs, segmentGs, shortExchanges } from './iced-numbers.ts'
import { mnemonicOf } from './mnemonics.ts'
import { registerName } from './register-name.ts'

/** Bytes of an operand in memory, by their name. `ptr`: as many as the processor has state. */
const sizeNames: Readonly<Record<number, string>> = {
  1: 'byte',
  2: 'word',
  4: 'dword',
  6: 'far',
  8: 'qword',
  10: 'mword',
  16: 'xmmword',
  32: 'ymmword',
  64: 'zmmword',
}

/** The text of rust-minidump's disassembler (yaxpeax-x86), which is close to NASM's. */
export function formatInstruction(instruction: IcedInstruction): string {
  const mnemonic = mnemonicOf(instruction)
  const operands = arrange(mnemonic, instruction, operandTexts(instruction))
  const prefixes = `${instruction.hasLockPrefix ? 'lock ' : ''}${repeatPrefix(instruction)}`
  return `${prefixes}${mnemonic}${operands.length === 0 ? '' : ` ${operands.join(', ')}`}`
}

function repeatPrefix(instruction: IcedInstruction): string {
  if (!instruction.isString) return ''
  return instruction.hasRepnePrefix ? 'repnz ' : instruction.hasRepPrefix ? 'rep ' : ''
}

function operandTexts(instruction: IcedInstruction): string[] {
  return Array.from({ length: instruction.operandCount }, (_, index) => operand(instruction, index))
}

const storesTopOfStack = /^f(st|ist|istt|bst)p?$/
const usesTopOfStack = /^f(i?(add|mul|comp?|subr?|divr?|ld)|bld)$/

/** Where the other disassembler lists operands differently. */
function arrange(mnemonic: string, instruction: IcedInstruction, operands: string[]): string[] {
  if (mnemonic === 'int' && operands.length === 0) return [instruction.mnemonic === 'int3' ? '0x3' : '0x1']
  if (mnemonic === 'scas') return operands.reverse()
  if (mnemonic === 'xlat') return []
  // It takes the port for a register of the data's size and knows no segment of the pointer.
  if (mnemonic === 'ins' || mnemonic === 'outs') {
    const isByte = instruction.mnemonic === 'insb' || instruction.mnemonic === 'outsb'
    return operands.map((text) => (text === 'dx' && isByte ? 'dl' : text.replace(' es:', ' ')))
  }
  if (shortExchanges.has(instruction.code)) return operands.reverse()
  if (operands.length !== 1) return operands
  if (storesTopOfStack.test(mnemonic)) return [...operands, 'st(0)']
  if (instruction.operandKind(0) !== OperandKind.Memory) return operands
  return usesTopOfStack.test(mnemonic) ? ['st(0)', ...operands] : operands
}

function operand(instruction: IcedInstruction, index: number): string {
  const kind = instruction.operandKind(index)
  switch (kind) {
    case OperandKind.Register:
      return `${registerName(instruction.operandRegister(index)) ?? ''}${index === 0 ? maskText(instruction) : ''}`
    case OperandKind.NearBranch16:
    case OperandKind.NearBranch32:
    case OperandKind.NearBranch64:
      return `$${signed(BigInt.asIntN(64, instruction.nearTarget - instruction.nextAddress), '+')}`
    case OperandKind.FarBranch16:
    case OperandKind.FarBranch32:
      return `0x${instruction.farSelector.toString(16)}:0x${instruction.farTarget.toString(16)}`
    default:
      return isImmediate(kind) ? immediate(instruction, index) : memory(instruction, index)
  }
}

function isImmediate(kind: number): boolean {
  return kind >= OperandKind.Immediate8 && kind <= OperandKind.Immediate32To64
}

const immediateBits: Readonly<Record<number, number>> = {
  [OperandKind.Immediate8]: 8,
  [OperandKind.Immediate8Second]: 8,
  [OperandKind.Immediate16]: 16,
  [OperandKind.Immediate32]: 32,
}

function immediate(instruction: IcedInstruction, index: number): string {
  const value = instruction.immediate(index)
  return hasUnsignedImmediate(instruction)
    ? signed(value, '')
    : signed(BigInt.asIntN(immediateBits[instruction.operandKind(index)] ?? 64, value), '')
}

const unsignedImmediates: ReadonlySet<string> = new Set(['in', 'out', 'int', 'ret', 'retf', 'enter'])

/** Ports, numbers of interrupts, sizes, and the masks and selectors of vector instructions that are not SSE's. */
function hasUnsignedImmediate(instruction: IcedInstruction): boolean {
  return instruction.encoding !== legacyEncoding || unsignedImmediates.has(instruction.mnemonic)
}

function signed(value: bigint, plus: '+' | ''): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `${plus}0x${value.toString(16)}`
}

function maskText(instruction: IcedInstruction): string {
  const mask = instruction.opMask === noRegister ? '' : `{${registerName(instruction.opMask)}}`
  return `${mask}${instruction.zeroesMasked ? '{z}' : ''}`
}

function memory(instruction: IcedInstruction, index: number): string {
  const mask = index === 0 ? maskText(instruction) : broadcastText(instruction)
  return `${sizeNames[accessedBytes(instruction)] ?? 'ptr'} ${segment(instruction, index)}[${address(instruction, index)}]${mask}`
}

/** One value that is read and used for every element of the vector. */
function broadcastText(instruction: IcedInstruction): string {
  if (!instruction.isBroadcast) return ''
  const vector = instruction.registerBytes(
    instruction.operandRegister(instruction.operandKind(0) === OperandKind.Register && instruction.operandCount > 2 ? 1 : 0),
  )
  return `{1to${vector / instruction.memoryBytes}}`
}

/** `lea` accesses nothing and is printed with the size of its result. */
function accessedBytes(instruction: IcedInstruction): number {
  if (instruction.mnemonic === 'lea') return instruction.registerBytes(instruction.operandRegister(0))
  const bytes = instruction.memoryBytes
  // A far pointer of 64-bit code is ten bytes also where its address has only 32 bits.
  return bytes === 6 && instruction.codeSize === code64 ? 10 : bytes
}

/** In 64-bit code the other four segments have no meaning. */
function segment(instruction: IcedInstruction, index: number): string {
  const kind = instruction.operandKind(index)
  if (kind >= OperandKind.MemoryESDI && kind <= OperandKind.MemoryESRDI) return 'es:'
  const { segmentPrefix } = instruction
  if (segmentPrefix === segmentFs || segmentPrefix === segmentGs) return `${registerName(segmentPrefix)}:`
  return instruction.isString && (mnemonicOf(instruction) === 'movs' || mnemonicOf(instruction) === 'cmps') ? 'ds:' : ''
}

const stringRegisters: Readonly<Record<number, string>> = {
  [OperandKind.MemorySegSI]: 'si',
  [OperandKind.MemorySegESI]: 'esi',
  [OperandKind.MemorySegRSI]: 'rsi',
  [OperandKind.MemorySegDI]: 'di',
  [OperandKind.MemorySegEDI]: 'edi',
  [OperandKind.MemorySegRDI]: 'rdi',
  [OperandKind.MemoryESDI]: 'di',
  [OperandKind.MemoryESEDI]: 'edi',
  [OperandKind.MemoryESRDI]: 'rdi',
}

function address(instruction: IcedInstruction, index: number): string {
  const implied = stringRegisters[instruction.operandKind(index)]
  if (implied !== undefined) return implied
  const indexRegister = registerName(instruction.memoryIndex)
  const scaled = indexRegister === undefined ? undefined : `${indexRegister} * ${instruction.memoryIndexScale}`
  const registers = [registerName(instruction.memoryBase), scaled].filter((part) => part !== undefined).join(' + ')
  if (registers === '') return absolute(instruction)
  const start = instruction.isRelativeToInstruction ? instruction.nextAddress : 0n
  const displacement = BigInt.asIntN(64, instruction.memoryDisplacement - start)
  if (displacement === 0n) return registers
  return displacement < 0n ? `${registers} - 0x${(-displacement).toString(16)}` : `${registers} + 0x${displacement.toString(16)}`
}

/** 32 bits unless the address has more: the form with 64 is as rare as addresses that its sign would not give. */
function absolute(instruction: IcedInstruction): string {
  const address = BigInt.asIntN(64, instruction.memoryDisplacement)
  const bits = address >= -0x8000_0000n && address <= 0xffff_ffffn ? 32 : 64
  return `0x${BigInt.asUintN(bits, address).toString(16)}`
}
