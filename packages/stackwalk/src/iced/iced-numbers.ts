/** Numbers of iced-x86 1.21.0 that a part of this folder asks for. A test compares them with the package's own. */

export const noRegister = 0
export const segmentFs = 75
export const segmentGs = 76

/** How an operand is given. From 15 on it lies in memory, from 15 to 23 at a register that the instruction implies. */
export const OperandKind = {
  Register: 0,
  NearBranch16: 1,
  NearBranch32: 2,
  NearBranch64: 3,
  FarBranch16: 4,
  FarBranch32: 5,
  Immediate8: 6,
  Immediate8Second: 7,
  Immediate16: 8,
  Immediate32: 9,
  Immediate32To64: 14,
  MemorySegSI: 15,
  MemorySegESI: 16,
  MemorySegRSI: 17,
  MemorySegDI: 18,
  MemorySegEDI: 19,
  MemorySegRDI: 20,
  MemoryESDI: 21,
  MemoryESEDI: 22,
  MemoryESRDI: 23,
  Memory: 24,
} as const

export const Flow = {
  UnconditionalBranch: 1,
  IndirectBranch: 2,
  ConditionalBranch: 3,
  Return: 4,
  Call: 5,
  IndirectCall: 6,
} as const

export const Access = {
  None: 0,
  Read: 1,
  CondRead: 2,
  Write: 3,
  CondWrite: 4,
  ReadWrite: 5,
  ReadCondWrite: 6,
  NoMemAccess: 7,
} as const

export const legacyEncoding = 0

export const code64 = 3

/** `xchg` of the accumulator with a register, in one byte. */
export const shortExchanges: ReadonlySet<number> = new Set([302, 303, 304])
