import type { CompactRules } from './compact-x86.ts'

const modeMask = 0x0f00_0000
const modes = { frameless: 0x0200_0000, dwarf: 0x0300_0000, frame: 0x0400_0000 } as const
/** Pairs of registers by the bit that says they were saved. */
const pairs = [
  ['x19', 'x20'],
  ['x21', 'x22'],
  ['x23', 'x24'],
  ['x25', 'x26'],
  ['x27', 'x28'],
  ['d8', 'd9'],
  ['d10', 'd11'],
  ['d12', 'd13'],
  ['d14', 'd15'],
] as const

/** Rules of an encoding of arm64 and arm64e, for the body of a function. Pairs follow each other downwards from the frame. */
export function compactArm64(encoding: number): CompactRules {
  switch (encoding & modeMask) {
    case modes.frameless:
      // It calls nobody, so the return address is where the caller put it.
      return `.cfa: sp ${((encoding >>> 12) & 0xfff) * 16} + .ra: x30`
    case modes.frame: {
      let rules = '.cfa: x29 16 + x29: .cfa -16 + ^ .ra: .cfa -8 + ^'
      let offset = -24
      for (const [bit, [first, second]] of pairs.entries()) {
        if ((encoding & (1 << bit)) === 0) continue
        rules += ` ${first}: .cfa ${offset} + ^ ${second}: .cfa ${offset - 8} + ^`
        offset -= 16
      }
      return rules
    }
    case modes.dwarf:
      return 'dwarf'
    default:
      return undefined
  }
}
