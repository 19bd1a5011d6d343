import type { IcedModule } from './iced-module.ts'
import { OperandKind } from './iced-numbers.ts'
import { mnemonicNames } from './mnemonic-names.ts'

/** Numbers of registers, operand kinds and the rest are iced's: see iced-numbers.ts. */
export interface UsedMemory {
  readonly segment: number
  readonly base: number
  readonly index: number
  readonly scale: number
  readonly displacement: bigint
  readonly bytes: number
  readonly access: number
}

/** One decoded instruction in iced's memory. `free` ends it. */
export class IcedInstruction {
  readonly #iced: IcedModule
  readonly #pointer: number

  /** Takes the first instruction of `bytes`, as one of address 0, so that what is relative to it comes out as a distance. */
  constructor(iced: IcedModule, bytes: Uint8Array, bits: 32 | 64) {
    this.#iced = iced
    const decoder = iced.callIntoMemory('decoder_new', bits, iced.copyIn(bytes), bytes.length, 0).getUint32(0, true)
    this.#pointer = iced.call('decoder_decode', decoder)
    iced.call('__wbg_decoder_free', decoder)
  }

  free(): void {
    this.#iced.call('__wbg_instruction_free', this.#pointer)
  }

  #number(name: string): number {
    return this.#iced.call(`instruction_${name}`, this.#pointer)
  }

  #flag(name: string): boolean {
    return this.#number(name) !== 0
  }

  #long(name: string): bigint {
    return BigInt.asUintN(64, this.#iced.callLong(`instruction_${name}`, this.#pointer))
  }

  get isInvalid(): boolean {
    return this.#flag('isInvalid')
  }

  get length(): number {
    return this.#number('length')
  }

  get code(): number {
    return this.#number('code')
  }

  get codeSize(): number {
    return this.#number('codeSize')
  }

  get encoding(): number {
    return this.#number('encoding')
  }

  get flow(): number {
    return this.#number('flowControl')
  }

  /** iced's own name in lower case. */
  get mnemonic(): string {
    return mnemonicNames[this.#number('mnemonic')] ?? 'unknown'
  }

  get operandCount(): number {
    return this.#number('opCount')
  }

  operandKind(index: number): number {
    return this.#number(`op${index}Kind`)
  }

  operandRegister(index: number): number {
    return this.operandKind(index) === OperandKind.Register ? this.#number(`op${index}Register`) : 0
  }

  immediate(index: number): bigint {
    return this.#iced.callIntoMemory('instruction_immediate', this.#pointer, index).getBigUint64(0, true)
  }

  get memoryBase(): number {
    return this.#number('memoryBase')
  }

  get memoryIndex(): number {
    return this.#number('memoryIndex')
  }

  get memoryIndexScale(): number {
    return this.#number('memoryIndexScale')
  }

  get memoryDisplacement(): bigint {
    return this.#long('memoryDisplacement')
  }

  get memorySegment(): number {
    return this.#number('memorySegment')
  }

  get segmentPrefix(): number {
    return this.#number('segmentPrefix')
  }

  /** 0: as many as the processor has state. */
  get memoryBytes(): number {
    return this.#iced.call('memorysizeext_size', this.#number('memorySize'))
  }

  /** Of one element, for a value that is read once and used for each of a vector. */
  registerBytes(register: number): number {
    return this.#iced.call('registerext_size', register)
  }

  get isRelativeToInstruction(): boolean {
    return this.#flag('isIpRelMemoryOperand')
  }

  get nextAddress(): bigint {
    return this.#long('nextIP')
  }

  get nearTarget(): bigint {
    return this.#long('nearBranchTarget')
  }

  get farTarget(): number {
    return this.#number('farBranch32') >>> 0
  }

  get farSelector(): number {
    return this.#number('farBranchSelector')
  }

  get opMask(): number {
    return this.#number('opMask')
  }

  get zeroesMasked(): boolean {
    return this.#flag('zeroingMasking')
  }

  get isBroadcast(): boolean {
    return this.#flag('isBroadcast')
  }

  get hasLockPrefix(): boolean {
    return this.#flag('hasLockPrefix')
  }

  get hasRepPrefix(): boolean {
    return this.#flag('hasRepPrefix')
  }

  get hasRepnePrefix(): boolean {
    return this.#flag('hasRepnePrefix')
  }

  get isString(): boolean {
    return this.#flag('isStringInstruction')
  }

  get isPrivileged(): boolean {
    return this.#flag('isPrivileged')
  }

  get isFarCall(): boolean {
    return this.#flag('isCallFar') || this.isIndirectFarCall
  }

  get isIndirectFarCall(): boolean {
    return this.#flag('isCallFarIndirect')
  }

  get isIndirectFarJump(): boolean {
    return this.#flag('isJmpFarIndirect')
  }

  get isConditionalJump(): boolean {
    return this.#flag('isJccShortOrNear')
  }

  /** What of each operand is accessed, and all of memory that is. */
  usage(): { operands: number[]; memory: UsedMemory[] } {
    const iced = this.#iced
    const factory = iced.call('instructioninfofactory_new')
    const info = iced.call('instructioninfofactory_info', factory, this.#pointer)
    const operands = Array.from({ length: this.operandCount }, (_, index) => iced.call(`instructioninfo_op${index}Access`, info))
    const memory = iced.collect('instructioninfo_usedMemory', info).map((pointer) => takeUsedMemory(iced, pointer))
    iced.call('__wbg_instructioninfo_free', info)
    iced.call('__wbg_instructioninfofactory_free', factory)
    return { operands, memory }
  }
}

function takeUsedMemory(iced: IcedModule, pointer: number): UsedMemory {
  const number = (name: string) => iced.call(`usedmemory_${name}`, pointer)
  const used = {
    segment: number('segment'),
    base: number('base'),
    index: number('index'),
    scale: number('scale'),
    // Not a mistake: the linker joined functions that read the same field, and kept this name.
    displacement: BigInt.asUintN(64, iced.callLong('instruction_nextIP', pointer)),
    bytes: iced.call('memorysizeext_size', number('memorySize')),
    access: number('access'),
  }
  iced.call('__wbg_usedmemory_free', pointer)
  return used
}
