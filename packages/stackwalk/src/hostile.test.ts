import { bytesSource, MinidumpError, readMinidump } from '@crashkeep/minidump'
import { stack, synthDump } from '@crashkeep/minidump/synth'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeCrash } from './describe-crash.ts'
import { StackwalkError } from './errors.ts'
import { formatHuman } from './format/human.ts'
import { formatJson } from './format/json.ts'
import { maxCfiTokens, maxFramesPerThread, maxNameText } from './limits.ts'
import { processMinidump } from './process-minidump.ts'
import { synthCrash, textSymbols } from './synth-crash.ts'

const base = 0x4000_0000n
const stackStart = 0x8000_0000n
const modules = [{ baseAddress: base, size: 0x10000, name: 'app' }]
const context = { registers: { rip: base + 0x100n, rsp: stackStart } }
const returns = (count: number) => stack(stackStart, new Array<bigint>(count).fill(base + 0x101n))
const codes = (crash: { problems: readonly { code: string }[] }) => crash.problems.map((problem) => problem.code)

test('a stack of nothing but return addresses is cut at the limit, and a problem says so', () => {
  const crash = synthCrash({ modules, threads: [{ id: 1, context, stack: returns(maxFramesPerThread * 2) }] })
  expect(crash.threads[0]?.frame_count).toBe(maxFramesPerThread)
  expect(codes(crash)).toEqual(['frame_limit'])
})

test('frames of all threads together are limited; the crashing thread is walked first and every thread keeps one frame', () => {
  const threads = [1, 2, 3].map((id) => ({ id, context, stack: returns(100) }))
  const exception = { threadId: 3, code: 11, context }
  const crash = synthCrash({ modules, threads, exception }, {}, { maxFramesPerDump: 120 })
  expect(crash.threads.map((thread) => thread.frame_count)).toEqual([19, 1, 101])
  expect(codes(crash)).toEqual(['frame_limit'])
})

test('when time runs out the rest of the threads keep their innermost frame', () => {
  let time = 0
  const threads = [1, 2].map((id) => ({ id, context, stack: returns(100) }))
  const crash = synthCrash({ modules, threads }, {}, { timeBudgetMs: 10, now: () => time++ })
  expect(crash.threads.map((thread) => thread.frame_count)).toEqual([11, 1])
  expect(codes(crash)).toEqual(['time_limit'])
})

test('a record with a hundred thousand rules costs no time per frame', () => {
  const bomb = 'STACK CFI 101 $rbx: 1 2 + 3 + 4 +\n'.repeat(100_000)
  const symbols = { app: `FUNC 100 80 0 f\nSTACK CFI INIT 100 80 .cfa: $rsp 8 + .ra: .cfa 8 - ^\n${bomb}` }
  const crash = synthCrash(
    { modules, threads: [{ id: 1, context: { registers: { rip: base + 0x105n, rsp: stackStart } }, stack: returns(5000) }] },
    symbols,
  )
  expect(crash.threads[0]?.frames.slice(1).every((frame) => frame.trust !== 'context')).toBe(true)
  expect(bomb.split(' ').length).toBeGreaterThan(maxCfiTokens)
})

test('rules that lead in circles end', () => {
  const rules = ['.cfa: $rsp .ra: $rip', '.cfa: 0 1 - .ra: 5000', '.cfa: $rsp $rsp * .ra: $rip', '.cfa: $rsp 1 + .ra: $rip']
  for (const rule of rules) {
    const crash = synthCrash(
      { modules, threads: [{ id: 1, context, stack: returns(4) }] },
      { app: `FUNC 0 1000 0 f\nSTACK CFI INIT 0 1000 ${rule}\n` },
    )
    expect(crash.threads[0]?.frame_count).toBeLessThanOrEqual(maxFramesPerThread)
  }
})

test('huge names in deep recursion still make a text and a JSON', () => {
  const name = 'n'.repeat(80_000)
  const crash = synthCrash(
    { modules, threads: [{ id: 1, context, stack: returns(maxFramesPerThread) }] },
    { app: `FUNC 100 80 0 ${name}\n` },
  )
  expect(codes(crash)).toContain('names_cut')
  expect(formatJson(crash).length).toBeLessThan(maxNameText * 2)
  expect(formatHuman(crash).length).toBeLessThan(maxNameText * 2)
})

test('many unloaded modules and many frames cost no product of the two', () => {
  const unloadedModules = Array.from({ length: 10_000 }, (_, index) => ({
    ...{ baseAddress: 0x10_0000_0000n + BigInt(index), size: 0x1000_0000, name: `m${index}`, checksum: 0, timestamp: 0 },
  }))
  const outside = stack(
    stackStart,
    Array.from({ length: 8000 }, (_, index) => [stackStart + 16n * BigInt(index + 1), 0x10_0800_0000n]).flat(),
  )
  const registers = { rip: 0x10_0800_0000n, rsp: stackStart - 8n, rbp: stackStart }
  const crash = synthCrash({ unloadedModules, threads: [{ id: 1, context: { registers }, stack: outside }] })
  expect(crash.threads[0]?.frame_count).toBeGreaterThan(1)
  expect(crash.threads[0]?.frames.every((frame) => (frame.unloaded_modules?.length ?? 0) <= 16)).toBe(true)
})

test('registers at the ends of the address space do no harm', () => {
  const top = 0xffff_ffff_ffff_ffffn
  for (const cpu of ['amd64', 'x86', 'arm64'] as const) {
    const value = cpu === 'x86' ? 0xffff_ffffn : top
    const [ip, sp, fp] = { amd64: ['rip', 'rsp', 'rbp'], x86: ['eip', 'esp', 'ebp'], arm64: ['pc', 'sp', 'fp'] }[cpu]
    for (const address of [0n, 1n, value - 16n, value - 8n, value]) {
      const registers = { [ip ?? '']: address, [sp ?? '']: address, [fp ?? '']: address }
      const memory = stack(value - 63n, new Array<bigint>(8).fill(address), { pointerBytes: 8 })
      const crash = synthCrash({ systemInfo: { cpu }, modules, threads: [{ id: 1, context: { registers }, stack: memory }] })
      expect(crash.threads[0]?.frame_count).toBe(1)
    }
  }
})

test('a dump with any bytes changed is processed or refused with a reason, and prints', () => {
  const crashing = { threadId: 1, code: 11, flags: 1, context }
  const threads = [1, 2].map((id) => ({ id, name: `t${id}`, context, stack: returns(20) }))
  const whole = synthDump({
    modules,
    threads,
    exception: crashing,
    linux: { lsbRelease: 'ID=x\n' },
    crashpad: { annotations: new Map([['a', 'b']]) },
  })
  const change = fc.tuple(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 30 }), fc.integer({ min: 0, max: whole.length }), (changes, length) => {
      const bytes = whole.slice(0, length % 4 === 0 ? length : whole.length)
      for (const [at, value] of changes) bytes[at] = value
      try {
        const crash = processMinidump(readMinidump(bytesSource(bytes)), { symbols: textSymbols({ app: 'FUNC 100 80 0 f\n' }) })
        JSON.parse(formatJson(crash))
        expect(formatHuman(crash).length).toBeGreaterThan(0)
        expect(describeCrash(crash)).toMatch(/\.$/)
      } catch (error) {
        if (!(error instanceof MinidumpError || error instanceof StackwalkError)) throw error
      }
    }),
    { numRuns: 300 },
  )
})
