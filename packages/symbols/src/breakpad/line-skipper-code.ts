/**
 * The WebAssembly of line-skipper.ts, put together from its instructions where it is needed: it looks at sixteen bytes in one step, for which
 * JavaScript has no means. What gives a value is the code of its operands followed by the instruction. The numbers are those of
 * https://webassembly.github.io/spec/core/binary/instructions.html
 */
type Code = readonly number[]

export const pageBytes = 65_536
export const blockBytes = 16
/** How far behind a block its last line is looked at. */
export const maxLookAhead = 12

const i32 = 0x7f
// Parameters and a variable of both functions.
const [at, last, stops] = [0, 1, 2] as const

const get = (local: number): Code => [0x20, local]
const set = (local: number, value: Code): Code => [...value, 0x21, local]
const number = (value: number): Code => [0x41, ...signed(value)]
const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a]
const isGreater = (a: Code, b: Code): Code => [...a, ...b, 0x4a]
const lowestBit = (value: Code): Code => [...value, 0x68]
const returnIf = (condition: Code, value: Code): Code => [...condition, 0x04, 0x40, ...value, 0x0f, 0x0b]

/** Sixteen bytes, as many forward of `at`. */
const bytesAt = (forward: number): Code => [...get(at), 0xfd, 0x00, 0x00, forward]
const sixteen = (text: string): Code => [0xfd, 0x0c, ...new Array<number>(blockBytes).fill(text.charCodeAt(0))]
const is = (bytes: Code, text: string): Code => [...bytes, ...sixteen(text), 0xfd, 0x23]
/** Between two characters; what is below the first wraps around to far above. */
const isBetween = (bytes: Code, first: string, afterLast: string): Code => [
  ...[...bytes, ...sixteen(first), 0xfd, 0x71],
  ...[...sixteen(String.fromCharCode(afterLast.charCodeAt(0) - first.charCodeAt(0))), 0xfd, 0x26],
]
const both = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0x4e]
const either = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0x50]
const butNot = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0x4f]
/** One bit for each byte. */
const bits = (flags: Code): Code => [...flags, 0xfd, 0x64]

const isDigit = (forward: number): Code => either(isBetween(bytesAt(forward), '0', ':'), isBetween(bytesAt(forward), 'a', 'g'))
const begins = (letters: readonly (readonly [forward: number, letter: string])[]): Code =>
  letters.map(([forward, letter]) => is(bytesAt(forward + 1), letter)).reduce(both)

// As line-scanner.ts tells them. `forward` counts from the newline before the line.
const isLine = isDigit(1)
const isInline = begins([
  [0, 'I'],
  [2, 'L'],
  [6, ' '],
])
const isCfiDelta = both(
  begins([
    [0, 'S'],
    [1, 'T'],
    [5, ' '],
    [6, 'C'],
    [9, ' '],
  ]),
  isDigit(11),
)

/** From `at` on to the start of the first line that is not `passed`, or to the first block that begins behind `last`. */
function passOver(passed: Code): Code {
  const body = [
    ...[0x03, 0x40],
    ...returnIf(isGreater(get(at), get(last)), get(at)),
    ...set(stops, bits(butNot(is(bytesAt(0), '\n'), passed))),
    ...returnIf(get(stops), add(add(get(at), number(1)), lowestBit(get(stops)))),
    ...set(at, add(get(at), number(blockBytes))),
    // Again from the start of the loop.
    ...[0x0c, 0x00, 0x0b, 0x00],
  ]
  return sized([0x01, 0x01, i32, ...body, 0x0b])
}

/** A module that exports `memory` of so many pages and the two functions. */
export function lineSkipperCode(pages: number): Uint8Array<ArrayBuffer> {
  const type = list([[0x60, ...list([[i32], [i32]]), ...list([[i32]])]])
  const exports = list([
    [...name('memory'), 0x02, 0],
    [...name('passLines'), 0x00, 0],
    [...name('passDeltas'), 0x00, 1],
  ])
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, type),
    ...section(3, list([[0], [0]])),
    ...section(5, list([[0x00, ...unsigned(pages)]])),
    ...section(7, exports),
    ...section(10, list([passOver(either(isLine, isInline)), passOver(isCfiDelta)])),
  ])
}

function section(id: number, contents: Code): Code {
  return [id, ...sized(contents)]
}

function sized(contents: Code): Code {
  return [...unsigned(contents.length), ...contents]
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()]
}

function name(text: string): Code {
  return sized([...text].map((letter) => letter.charCodeAt(0)))
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

/** Of numbers below 64 one byte. */
function signed(value: number): Code {
  return [value & 0x7f]
}
