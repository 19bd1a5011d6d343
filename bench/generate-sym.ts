import { closeSync, openSync, writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

export interface SymShape {
  functions: number
  linesPerFunction: number
  inlinesPerFunction: number
  cfiRanges: number
  cfiDeltasPerRange: number
  files: number
  inlineOrigins: number
  publics: number
}

/** About libxul.so of a Firefox release: 12.6 million lines, some 450 MB. */
export const libxulShape: SymShape = {
  functions: 100_000,
  linesPerFunction: 62,
  inlinesPerFunction: 49,
  cfiRanges: 200_000,
  cfiDeltasPerRange: 4,
  files: 20_000,
  inlineOrigins: 300_000,
  publics: 10_000,
}

const flushAtBytes = 4 << 20

/** Writes a Breakpad symbol file of the given shape. The same shape and seed give the same bytes. */
export function generateSym(path: string, shape: SymShape = libxulShape, seed = 1): void {
  const file = openSync(path, 'w')
  const random = randomBelow(seed)
  let pending: string[] = []
  let pendingBytes = 0
  const write = (line: string): void => {
    pending.push(line)
    pendingBytes += line.length + 1
    if (pendingBytes < flushAtBytes) return
    writeSync(file, `${pending.join('\n')}\n`)
    pending = []
    pendingBytes = 0
  }

  write('MODULE Linux x86_64 0123456789ABCDEF0123456789ABCDEF0 libgenerated.so')
  write('INFO CODE_ID 67452301AB89EFCD0123456789ABCDEF01234567')
  for (let i = 0; i < shape.files; i++)
    write(`FILE ${i} hg:hg.example.org:source/part${i % 97}/component${i % 1009}/Implementation${i}.cpp:0123456789ab`)
  for (let i = 0; i < shape.inlineOrigins; i++) write(`INLINE_ORIGIN ${i} ${functionName(i * 7)}`)
  let address = 0x1000
  for (let i = 0; i < shape.functions; i++) {
    const sizes: number[] = []
    for (let line = 0; line < shape.linesPerFunction; line++) sizes.push(1 + random(30))
    const size = sizes.reduce((sum, one) => sum + one, 0)
    write(`FUNC ${address.toString(16)} ${size.toString(16)} 0 ${functionName(i)}`)
    for (let inline = 0; inline < shape.inlinesPerFunction; inline++) {
      const start = address + random(Math.max(1, size - 16))
      const ranges = random(4) === 0 ? ` ${(start + 8).toString(16)} 4` : ''
      write(
        `INLINE ${inline % 5} ${random(5000)} ${random(shape.files)} ${random(shape.inlineOrigins)} ${start.toString(16)} ${(1 + random(7)).toString(16)}${ranges}`,
      )
    }
    let at = address
    for (const lineSize of sizes) {
      write(`${at.toString(16)} ${lineSize.toString(16)} ${1 + random(9000)} ${random(shape.files)}`)
      at += lineSize
    }
    address = at + random(16)
  }
  for (let i = 0; i < shape.publics; i++) write(`PUBLIC ${(address + i * 16).toString(16)} 0 ${functionName(i * 3)}`)
  const codeEnd = address + shape.publics * 16
  const rangeSize = Math.max(8, Math.floor((codeEnd - 0x1000) / shape.cfiRanges))
  for (let i = 0; i < shape.cfiRanges; i++) {
    const start = 0x1000 + i * rangeSize
    write(`STACK CFI INIT ${start.toString(16)} ${rangeSize.toString(16)} .cfa: $rsp 8 + .ra: .cfa -8 + ^`)
    for (let delta = 1; delta <= shape.cfiDeltasPerRange; delta++) {
      write(`STACK CFI ${(start + delta).toString(16)} .cfa: $rsp ${8 + delta * 8} + $rbp: .cfa -16 + ^`)
    }
  }
  writeSync(file, `${pending.join('\n')}\n`)
  closeSync(file)
}

function functionName(i: number): string {
  const scope = `mozilla::component${i % 53}::detail${i % 7}`
  return `${scope}::Implementation${i}<${scope}::Argument${i % 11}>::Run(${scope}::Request const&, unsigned int)`
}

// xorshift32: enough for shapes, the same everywhere.
function randomBelow(seed: number): (limit: number) => number {
  let state = seed | 1
  return (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = process.argv[2]
  if (path === undefined) {
    console.error('Usage: node bench/generate-sym.ts FILE')
    process.exitCode = 2
  } else generateSym(path)
}
