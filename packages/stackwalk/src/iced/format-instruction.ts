import { Code, CodeSize, EncodingKind, type Instruction, MemorySizeExt, Mnemonic, OpKind, Register, RegisterExt } from 'iced-x86'
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
export function formatInstruction(instruction: Instruction): string {
  const mnemonic = mnemonicOf(instruction)
  const operands = arrange(mnemonic, instruction, operandTexts(instruction))
  const prefixes = `${instruction.hasLockPrefix ? 'lock ' : ''}${repeatPrefix(instruction)}`
  return `${prefixes}${mnemonic}${operands.length === 0 ? '' : ` ${operands.join(', ')}`}`
}

function repeatPrefix(instruction: Instruction): string {
  if (!instruction.isStringInstruction) return ''
  return instruction.hasRepnePrefix ? 'repnz ' : instruction.hasRepPrefix ? 'rep ' : ''
}

function operandTexts(instruction: Instruction): string[] {
  return Array.from({ length: instruction.opCount }, (_, index) => operand(instruction, index))
}

const storesTopOfStack = /^f(st|ist|istt|bst)p?$/
const usesTopOfStack = /^f(i?(add|mul|comp?|subr?|divr?|ld)|bld)$/

/** Where the other disassembler lists operands differently. */
function arrange(mnemonic: string, instruction: Instruction, operands: string[]): string[] {
  if (mnemonic === 'int' && operands.length === 0) return [instruction.mnemonic === Mnemonic.Int3 ? '0x3' : '0x1']
  if (mnemonic === 'scas') return operands.reverse()
  if (mnemonic === 'xlat') return []
  // It takes the port for a register of the data's size and knows no segment of the pointer.
  if (mnemonic === 'ins' || mnemonic === 'outs') {
    const isByte = instruction.mnemonic === Mnemonic.Insb || instruction.mnemonic === Mnemonic.Outsb
    return operands.map((text) => (text === 'dx' && isByte ? 'dl' : text.replace(' es:', ' ')))
  }
  if (shortExchanges.has(instruction.code)) return operands.reverse()
  if (operands.length !== 1) return operands
  if (storesTopOfStack.test(mnemonic)) return [...operands, 'st(0)']
  if (instruction.op0Kind !== OpKind.Memory) return operands
  return usesTopOfStack.test(mnemonic) ? ['st(0)', ...operands] : operands
}

const shortExchanges: ReadonlySet<Code> = new Set([Code.Xchg_r16_AX, Code.Xchg_r32_EAX, Code.Xchg_r64_RAX])

function operand(instruction: Instruction, index: number): string {
  const kind = instruction.opKind(index)
  switch (kind) {
    case OpKind.Register:
      return `${registerName(instruction.opRegister(index)) ?? ''}${index === 0 ? maskText(instruction) : ''}`
    case OpKind.NearBranch16:
    case OpKind.NearBranch32:
    case OpKind.NearBranch64:
      return `$${signed(BigInt.asIntN(64, instruction.nearBranchTarget - instruction.nextIP), '+')}`
    case OpKind.FarBranch16:
    case OpKind.FarBranch32:
      return `0x${instruction.farBranchSelector.toString(16)}:0x${instruction.farBranch32.toString(16)}`
    default:
      return isImmediate(kind) ? immediate(instruction, index) : memory(instruction, index)
  }
}

function isImmediate(kind: OpKind): boolean {
  return kind >= OpKind.Immediate8 && kind <= OpKind.Immediate32to64
}

const immediateBits: Readonly<Record<number, number>> = {
  [OpKind.Immediate8]: 8,
  [OpKind.Immediate8_2nd]: 8,
  [OpKind.Immediate16]: 16,
  [OpKind.Immediate32]: 32,
}

function immediate(instruction: Instruction, index: number): string {
  const value = instruction.immediate(index)
  return hasUnsignedImmediate(instruction)
    ? signed(value, '')
    : signed(BigInt.asIntN(immediateBits[instruction.opKind(index)] ?? 64, value), '')
}

const unsignedImmediates: ReadonlySet<Mnemonic> = new Set([
  Mnemonic.In,
  Mnemonic.Out,
  Mnemonic.Int,
  Mnemonic.Ret,
  Mnemonic.Retf,
  Mnemonic.Enter,
])

/** Ports, numbers of interrupts, sizes, and the masks and selectors of vector instructions that are not SSE's. */
function hasUnsignedImmediate(instruction: Instruction): boolean {
  return instruction.encoding !== EncodingKind.Legacy || unsignedImmediates.has(instruction.mnemonic)
}

function signed(value: bigint, plus: '+' | ''): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `${plus}0x${value.toString(16)}`
}

function maskText(instruction: Instruction): string {
  const mask = instruction.opMask === Register.None ? '' : `{${registerName(instruction.opMask)}}`
  return `${mask}${instruction.zeroingMasking ? '{z}' : ''}`
}

function memory(instruction: Instruction, index: number): string {
  const mask = index === 0 ? maskText(instruction) : broadcastText(instruction)
  return `${sizeNames[accessedBytes(instruction)] ?? 'ptr'} ${segment(instruction, index)}[${address(instruction, index)}]${mask}`
}

/** One value that is read and used for every element of the vector. */
function broadcastText(instruction: Instruction): string {
  if (!instruction.isBroadcast) return ''
  const vector = RegisterExt.size(instruction.opRegister(instruction.op0Kind === OpKind.Register && instruction.opCount > 2 ? 1 : 0))
  return `{1to${vector / MemorySizeExt.size(instruction.memorySize)}}`
}

/** `lea` accesses nothing and is printed with the size of its result. */
function accessedBytes(instruction: Instruction): number {
  if (instruction.mnemonic === Mnemonic.Lea) return RegisterExt.size(instruction.op0Register)
  const bytes = MemorySizeExt.size(instruction.memorySize)
  // A far pointer of 64-bit code is ten bytes also where its address has only 32 bits.
  return bytes === 6 && instruction.codeSize === CodeSize.Code64 ? 10 : bytes
}

/** In 64-bit code the other four segments have no meaning. */
function segment(instruction: Instruction, index: number): string {
  const kind = instruction.opKind(index)
  if (kind >= OpKind.MemoryESDI && kind <= OpKind.MemoryESRDI) return 'es:'
  const { segmentPrefix } = instruction
  if (segmentPrefix === Register.FS || segmentPrefix === Register.GS) return `${registerName(segmentPrefix)}:`
  return instruction.isStringInstruction && (mnemonicOf(instruction) === 'movs' || mnemonicOf(instruction) === 'cmps') ? 'ds:' : ''
}

const stringRegisters: Readonly<Record<number, string>> = {
  [OpKind.MemorySegSI]: 'si',
  [OpKind.MemorySegESI]: 'esi',
  [OpKind.MemorySegRSI]: 'rsi',
  [OpKind.MemorySegDI]: 'di',
  [OpKind.MemorySegEDI]: 'edi',
  [OpKind.MemorySegRDI]: 'rdi',
  [OpKind.MemoryESDI]: 'di',
  [OpKind.MemoryESEDI]: 'edi',
  [OpKind.MemoryESRDI]: 'rdi',
}

function address(instruction: Instruction, index: number): string {
  const implied = stringRegisters[instruction.opKind(index)]
  if (implied !== undefined) return implied
  const indexRegister = registerName(instruction.memoryIndex)
  const scaled = indexRegister === undefined ? undefined : `${indexRegister} * ${instruction.memoryIndexScale}`
  const registers = [registerName(instruction.memoryBase), scaled].filter((part) => part !== undefined).join(' + ')
  if (registers === '') return absolute(instruction)
  const displacement = instruction.isIpRelMemoryOperand
    ? instruction.memoryDisplacement - instruction.nextIP
    : BigInt.asIntN(64, instruction.memoryDisplacement)
  if (displacement === 0n) return registers
  return displacement < 0n ? `${registers} - 0x${(-displacement).toString(16)}` : `${registers} + 0x${displacement.toString(16)}`
}

/** 32 bits unless the address has more: the form with 64 is as rare as addresses that its sign would not give. */
function absolute(instruction: Instruction): string {
  const address = BigInt.asIntN(64, instruction.memoryDisplacement)
  const bits = address >= -0x8000_0000n && address <= 0xffff_ffffn ? 32 : 64
  return `0x${BigInt.asUintN(bits, address).toString(16)}`
}
