interface Primitive {
  readonly name: string
  readonly bytes: number
}

/** The lowest byte of an index below 0x1000, with the names that other dumpers print. */
const primitives: Readonly<Record<number, readonly [string, number]>> = {
  0: ['<NoType>', 0],
  3: ['void', 0],
  8: ['HRESULT', 4],
  16: ['signed char', 1],
  17: ['short', 2],
  18: ['long', 4],
  19: ['long long', 8],
  20: ['int128_t', 16],
  32: ['unsigned char', 1],
  33: ['unsigned short', 2],
  34: ['unsigned long', 4],
  35: ['unsigned long long', 8],
  36: ['uint128_t', 16],
  48: ['bool', 1],
  49: ['bool16_t', 2],
  50: ['bool32_t', 4],
  51: ['bool64_t', 8],
  64: ['float', 4],
  65: ['double', 8],
  66: ['long double', 10],
  67: ['long double', 16],
  68: ['float48_t', 6],
  69: ['float', 4],
  70: ['float16_t', 2],
  80: ['complex<float>', 8],
  81: ['complex<double>', 16],
  82: ['complex<long double>', 20],
  83: ['complex<long double>', 32],
  104: ['int8_t', 1],
  105: ['uint8_t', 1],
  112: ['char', 1],
  113: ['wchar_t', 2],
  114: ['int16_t', 2],
  115: ['uint16_t', 2],
  116: ['int', 4],
  117: ['unsigned int', 4],
  118: ['int64_t', 8],
  119: ['uint64_t', 8],
  120: ['int128_t', 16],
  121: ['uint128_t', 16],
  122: ['char16_t', 2],
  123: ['char32_t', 4],
  124: ['char8_t', 1],
}

export function primitiveType(index: number): Primitive | undefined {
  const found = primitives[index & 0xff]
  return found === undefined ? undefined : { name: found[0], bytes: found[1] }
}

/** Whether the index means a pointer to the primitive. */
export function isPrimitivePointer(index: number): boolean {
  return ((index >> 8) & 15) !== 0
}
