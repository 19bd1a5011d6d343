/** Numbers that look random and are the same for the same seed: a failed run can be made again. */
export interface Random {
  /** From 0 to below `limit`, whole. */
  below(limit: number): number
  bytes(length: number): Buffer
}

/** xorshift32. */
export function seededRandom(seed: number): Random {
  let state = seed | 0 || 1
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  return {
    below: (limit) => next() % limit,
    bytes(length) {
      const bytes = Buffer.alloc(Math.ceil(length / 4) * 4)
      for (let offset = 0; offset < bytes.length; offset += 4) bytes.writeUInt32LE(next(), offset)
      return bytes.subarray(0, length)
    },
  }
}
