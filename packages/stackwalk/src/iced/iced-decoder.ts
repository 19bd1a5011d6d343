import { Decoder, DecoderOptions, type Instruction, InstructionInfoFactory } from 'iced-x86'
import type { DecodedInstruction, InstructionDecoder } from '../analysis/decoder.ts'
import { addressRegisters, branchTarget, memoryOperands } from './address-operands.ts'
import { formatInstruction } from './format-instruction.ts'
import { accessIsKnown, faultsOnlyOnAddress, isDivision, isPrivileged } from './instruction-classes.ts'

/** The longest instruction of the architecture. */
const maxInstructionBytes = 15

/**
 * The ready decoder, on iced-x86 (WebAssembly, about 0.8 MB). Importing it loads that; import it when a dump needs it, see
 * `needsDecoder` of the package.
 */
export const icedDecoder: InstructionDecoder = {
  decode(bytes, bits) {
    // The address is 0, so that what is relative to the instruction comes out as a distance.
    const decoder = new Decoder(bits, bytes.subarray(0, maxInstructionBytes), DecoderOptions.None)
    const instruction = decoder.decode()
    try {
      return instruction.isInvalid ? undefined : facts(instruction, bits)
    } finally {
      instruction.free()
      decoder.free()
    }
  },
}

function facts(instruction: Instruction, bits: 32 | 64): DecodedInstruction {
  const factory = new InstructionInfoFactory()
  const info = factory.info(instruction)
  try {
    const isKnown = accessIsKnown(instruction)
    return {
      text: formatInstruction(instruction),
      length: instruction.length,
      memory: memoryOperands(instruction, info, bits, isKnown),
      addressRegisters: addressRegisters(instruction),
      target: branchTarget(instruction),
      isDivision: isDivision(instruction),
      isPrivileged: isPrivileged(instruction),
      accessIsKnown: isKnown,
      faultsOnlyOnAddress: isKnown && faultsOnlyOnAddress(instruction),
    }
  } finally {
    info.free()
    factory.free()
  }
}
