import type { Random } from './random.ts'

/** Changes of this kind are made to one input, mostly few: many at once only break its header. */
const maxChanges = 12
/** An input does not grow without end. */
const maxInputBytes = 16 * 1024 * 1024

/** Several runs in one input multiply. */
const maxRunBytes = 20_000

const numbers = [
  0, 1, 2, 4, 7, 8, 0x10, 0xff, 0x100, 0xfff, 0x1000, 0x7fff, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff,
]
const words = [
  ...[
    'FUNC',
    'PUBLIC',
    'FILE',
    'INLINE',
    'INLINE_ORIGIN',
    'STACK CFI',
    'STACK CFI INIT',
    'STACK WIN 4',
    'STACK WIN 0',
    'MODULE',
    'INFO',
    'm',
  ],
  ...[
    '.cfa:',
    '.ra:',
    '$rsp',
    '$rbp:',
    '$esp',
    '$ebp',
    '$eip',
    '$T0',
    '.raSearch',
    '.cbParams',
    '.undef',
    '=',
    '+',
    '-',
    '*',
    '/',
    '%',
    '@',
    '^',
  ],
  ...[
    '0',
    '1',
    '-1',
    '8',
    '16',
    '1000',
    'ffffffff',
    'ffffffffffffffff',
    '99999999999999999999',
    '9223372036854775807',
    '-9223372036854775808',
  ],
]
const encoder = new TextEncoder()

/** A damaged copy of an input, with pieces of another one at times. */
export function mutate(input: Uint8Array, other: Uint8Array, random: Random, kind: 'binary' | 'text'): Uint8Array {
  let bytes: Uint8Array = input.slice()
  const changes = 1 + random.below(random.below(maxChanges) + 1)
  for (let i = 0; i < changes; i++) bytes = (kind === 'binary' ? changeBinary : changeText)(bytes, other, random)
  return bytes.length > maxInputBytes ? bytes.subarray(0, maxInputBytes) : bytes
}

function changeBinary(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  // Headers and directories decide most, and they come first.
  const reach = random.below(3) === 0 ? Math.min(bytes.length, 512) : bytes.length
  const at = random.below(reach)
  const aligned = at & ~3
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fits = aligned + 4 <= bytes.length
  switch (random.below(9)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
      return bytes
    case 1:
      bytes[at] = random.below(256)
      return bytes
    case 2:
    case 3:
      if (fits) view.setUint32(aligned, numbers[random.below(numbers.length)] ?? 0, true)
      return bytes
    case 4:
      if (fits) view.setUint32(aligned, view.getUint32(aligned, true) + random.below(33) - 16, true)
      return bytes
    case 5:
      // An offset or a size that stays within the file.
      if (fits) view.setUint32(aligned, random.below(bytes.length), true)
      return bytes
    case 6:
      return random.below(4) === 0 ? bytes.slice(0, at) : bytes
    case 7:
      return copyWithin(bytes, bytes, random)
    default:
      return copyWithin(bytes, other, random)
  }
}

function copyWithin(bytes: Uint8Array, from: Uint8Array, random: Random): Uint8Array {
  const length = 1 + random.below(64)
  const source = random.below(Math.max(1, from.length - length)) & ~3
  const target = random.below(Math.max(1, bytes.length - length)) & ~3
  bytes.set(from.slice(source, source + Math.min(length, bytes.length - target)), target)
  return bytes
}

function changeText(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  switch (random.below(8)) {
    case 0:
      return changeBinary(bytes, other, random)
    case 1: {
      const [from, to] = lineAt(bytes, random)
      return spliced(bytes, from, from, bytes.subarray(from, to))
    }
    case 2: {
      const [from, to] = lineAt(bytes, random)
      return spliced(bytes, from, to, new Uint8Array(0))
    }
    case 3: {
      const [at] = lineAt(bytes, random)
      const [from, to] = lineAt(other, random)
      return spliced(bytes, at, at, other.subarray(from, to))
    }
    case 4: {
      const [from, to] = wordAt(bytes, random)
      return spliced(bytes, from, to, encoder.encode(words[random.below(words.length)]))
    }
    case 5: {
      const [from, to] = wordAt(bytes, random)
      const [otherFrom, otherTo] = wordAt(bytes, random)
      return spliced(bytes, from, to, bytes.slice(otherFrom, otherTo))
    }
    case 6: {
      const [from, to] = wordAt(bytes, random)
      return spliced(bytes, from, to, encoder.encode((numbers[random.below(numbers.length)] ?? 0).toString(16)))
    }
    default: {
      // A run of one line: recursion, overlaps, long bodies.
      const [from, to] = lineAt(bytes, random)
      const line = bytes.slice(from, to)
      if (line.length === 0) return bytes
      const run = new Uint8Array(line.length * Math.min(1 + random.below(50), Math.ceil(maxRunBytes / line.length)))
      for (let at = 0; at < run.length; at += line.length) run.set(line, at)
      return spliced(bytes, to, to, run)
    }
  }
}

function lineAt(bytes: Uint8Array, random: Random): [number, number] {
  return around(bytes, random.below(bytes.length), (byte) => byte === 0x0a, 1)
}

function wordAt(bytes: Uint8Array, random: Random): [number, number] {
  return around(bytes, random.below(bytes.length), (byte) => byte === 0x0a || byte === 0x20, 0)
}

function around(bytes: Uint8Array, at: number, isEnd: (byte: number) => boolean, including: 0 | 1): [number, number] {
  let from = at
  let to = at
  while (from > 0 && !isEnd(bytes[from - 1] ?? 0)) from--
  while (to < bytes.length && !isEnd(bytes[to] ?? 0)) to++
  return [from, Math.min(bytes.length, to + including)]
}

function spliced(bytes: Uint8Array, from: number, to: number, put: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - (to - from) + put.length)
  result.set(bytes.subarray(0, from))
  result.set(put, from)
  result.set(bytes.subarray(to), from + put.length)
  return result
}
