import { writeFileSync } from 'node:fs'
import { stack, synthDump } from '../packages/minidump/dist/synth/index.js'

const base = 0x7f00_0000_0000n
const manyThreads = 100
/** About twenty frames of each stack are found: by the unwind rules of the generated file, and by scanning where they end. */
const wordsPerStack = 80
/** Threads wait in the same places: five real dumps with 93 to 164 threads have 923 to 4679 frames at 139 to 527 different addresses. */
const places = 300
const codeStart = 0x1000
const codeSize = 0x5a0_0000
/** `mov rax, [rdi]` and ten bytes more. */
const crashingCode = Uint8Array.of(0x48, 0x8b, 0x07, ...new Array<number>(10).fill(0x90))

/**
 * A dump whose stacks, 100 unless told, point all over the file that `generateSym` writes. `hasCode`: with the bytes at the instruction that
 * crashed, as every writer saves them; reading them takes a decoder, which has nothing to do with symbols.
 */
export function generateDump(path: string, threadCount: number = manyThreads, hasCode = false): void {
  let state = 12345
  const random = (limit: number): bigint => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return BigInt(state % limit)
  }
  const pool = Array.from({ length: places }, () => base + BigInt(codeStart) + random(codeSize))
  const code = (): bigint => pool[Number(random(places))] ?? base
  const threads = Array.from({ length: threadCount }, (_, i) => {
    const start = 0x7fff_0000_0000n + BigInt(i) * 0x10_0000n
    const words = Array.from({ length: wordsPerStack }, (_, word) => (word % 8 === 3 ? code() : random(1 << 30)))
    return { id: i + 1, context: { registers: { rip: code(), rsp: start, rbp: 0n } }, stack: stack(start, words) }
  })
  const buildId = '67452301ab89efcd0123456789abcdef01234567'
  const modules = [{ baseAddress: base, size: 0x600_0000, name: '/usr/lib/libgenerated.so', buildId }]
  const context = threads[0]?.context
  const exception = { threadId: 1, code: 11, address: 0n, ...(context !== undefined && { context }) }
  const memory = context === undefined || !hasCode ? [] : [{ startAddress: context.registers.rip, bytes: crashingCode }]
  writeFileSync(path, synthDump({ modules, threads, exception, memory }))
}
