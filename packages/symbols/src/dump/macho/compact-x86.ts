/** What one encoding means: rules of a STACK CFI record, or that they stand in `__eh_frame`, or nothing. */
export type CompactRules = string | 'dwarf' | undefined

const modeMask = 0x0f00_0000
const modes = { frame: 0x0100_0000, immediate: 0x0200_0000, indirect: 0x0300_0000, dwarf: 0x0400_0000 } as const
/** Registers that a function must keep, by the number that encodings give them. 6 is the frame's. */
const registers64 = ['', '$rbx', '$r12', '$r13', '$r14', '$r15', '$rbp'] as const
const registers32 = ['', '$ebx', '$ecx', '$edx', '$edi', '$esi', '$ebp'] as const
const registerCount = 6
const frameSlots = 5
/** Frames stay below 8 MB, the stack of a main thread; a larger number was no `sub`. */
const maxFrameBytes = 512 * 1024 * 1024

/**
 * Rules of an encoding of x86 and x86-64, for the body of a function: the steps of its beginning and end are not in it. `subtrahendAt` reads
 * the 32 bits of the instruction `sub $n, %rsp` at an offset of the function, for frames too large for the encoding.
 */
export function compactX86(encoding: number, is64: boolean, subtrahendAt: (offset: number) => number | undefined): CompactRules {
  const word = is64 ? 8 : 4
  switch (encoding & modeMask) {
    case modes.frame:
      return frameRules(encoding, is64, word)
    case modes.immediate:
      return framelessRules(encoding, is64, ((encoding >>> 16) & 0xff) * word)
    case modes.indirect: {
      const subtrahend = subtrahendAt((encoding >>> 16) & 0xff)
      if (subtrahend === undefined || subtrahend > maxFrameBytes) return undefined
      // What was pushed before the `sub`, and the return address.
      return framelessRules(encoding, is64, subtrahend + ((encoding >>> 13) & 7) * word)
    }
    case modes.dwarf:
      return 'dwarf'
    default:
      return undefined
  }
}

/** `push %rbp; mov %rsp, %rbp`; the registers stand from an offset below the frame pointer on, and a 0 leaves a place free. */
function frameRules(encoding: number, is64: boolean, word: number): string {
  const names = is64 ? registers64 : registers32
  const frame = names[registerCount]
  let rules = `.cfa: ${frame} ${2 * word} + ${frame}: .cfa -${2 * word} + ^ .ra: .cfa -${word} + ^`
  const offset = ((encoding >>> 16) & 0xff) + 2
  for (let slot = 0; slot < frameSlots; slot++) {
    const name = names[(encoding >>> (slot * 3)) & 7] ?? ''
    if (name !== '') rules += ` ${name}: .cfa ${(slot - offset) * word} + ^`
  }
  return rules
}

/** A frame of known size; the registers were pushed last to first, right below the return address. */
function framelessRules(encoding: number, is64: boolean, size: number): string {
  const word = is64 ? 8 : 4
  const names = is64 ? registers64 : registers32
  let rules = `.cfa: ${is64 ? '$rsp' : '$esp'} ${size} + .ra: .cfa -${word} + ^`
  const saved = permutedRegisters((encoding >>> 10) & 7, encoding & 0x3ff)
  let place = 2
  for (const number of saved.reverse()) rules += ` ${names[number]}: .cfa -${place++ * word} + ^`
  return rules
}

/**
 * The numbers of `count` different registers in their order, which stand in one number: each digit says which of the registers that are left
 * is meant, and the base of a digit is how many are left.
 */
function permutedRegisters(count: number, permutation: number): number[] {
  const left = [1, 2, 3, 4, 5, 6]
  const wanted = Math.min(count, registerCount)
  const chosen: number[] = []
  let rest = permutation
  for (let place = 0; place < wanted; place++) {
    let weight = 1
    for (let later = place + 1; later < wanted; later++) weight *= registerCount - later
    const digit = Math.floor(rest / weight)
    rest -= digit * weight
    const [number] = left.splice(digit, 1)
    if (number === undefined) return chosen
    chosen.push(number)
  }
  return chosen
}
