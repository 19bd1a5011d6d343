import type { DecodedInstruction, InstructionDecoder } from '../analysis/decoder.ts'
import { addressRegisters, branchTarget, memoryOperands } from './address-operands.ts'
import { formatInstruction } from './format-instruction.ts'
import { IcedInstruction } from './iced-instruction.ts'
import { type IcedModule, instantiateIced } from './iced-module.ts'
import { accessIsKnown, faultsOnlyOnAddress, isDivision, isPrivileged } from './instruction-classes.ts'

/** The longest instruction of the architecture. */
const maxInstructionBytes = 15

/**
 * A decoder on the WebAssembly of iced-x86 1.21.0 (`iced_x86_bg.wasm`), which a page may have fetched. Throws a `StackwalkError`
 * (`unusable_decoder`) when it is another. It is read when the first instruction is decoded.
 */
export function openIcedDecoder(readWasm: () => Uint8Array): InstructionDecoder {
  let iced: IcedModule | undefined
  return {
    decode(bytes, bits) {
      iced ??= instantiateIced(readWasm())
      const instruction = new IcedInstruction(iced, bytes.subarray(0, maxInstructionBytes), bits)
      try {
        return instruction.isInvalid ? undefined : facts(instruction, bits)
      } finally {
        instruction.free()
      }
    },
  }
}

function facts(instruction: IcedInstruction, bits: 32 | 64): DecodedInstruction {
  const isKnown = accessIsKnown(instruction)
  return {
    text: formatInstruction(instruction),
    length: instruction.length,
    memory: memoryOperands(instruction, bits, isKnown),
    addressRegisters: addressRegisters(instruction),
    target: branchTarget(instruction),
    isDivision: isDivision(instruction),
    isPrivileged: isPrivileged(instruction),
    accessIsKnown: isKnown,
    faultsOnlyOnAddress: isKnown && faultsOnlyOnAddress(instruction),
  }
}
