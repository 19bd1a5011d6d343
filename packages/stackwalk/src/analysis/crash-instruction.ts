import type { CpuContext, Minidump } from '@crashkeep/minidump'

const maxInstructionBytes = 15

/** The bytes at which the program crashed, and how they are to be decoded. */
export interface CrashInstruction {
  readonly bytes: Uint8Array
  readonly bits: 32 | 64
}

/** `undefined`: the dump has no exception, does not hold the memory there, or is not from an x86 processor. */
export function crashInstruction(dump: Minidump): CrashInstruction | undefined {
  const context = dump.exception?.context
  const bits = context && bitsOf(context)
  const range = context && dump.memory.rangeAt(context.instructionPointer)
  if (bits === undefined || context === undefined || range === undefined) return undefined
  const skip = Number(context.instructionPointer - range.startAddress)
  const bytes = dump.source.read(range.offset + skip, Math.min(maxInstructionBytes, range.size - skip))
  return bytes.length === 0 ? undefined : { bytes, bits }
}

/**
 * Whether `processMinidump` has a use for a decoder: loading one takes longer than walking a small dump, so ask before.
 *
 * ```ts
 * const { icedDecoder } = needsDecoder(dump) ? await import('@crashkeep/stackwalk/iced') : {}
 * ```
 */
export function needsDecoder(dump: Minidump): boolean {
  return crashInstruction(dump) !== undefined
}

function bitsOf(context: CpuContext): 32 | 64 | undefined {
  return context.cpu === 'amd64' ? 64 : context.cpu === 'x86' ? 32 : undefined
}
