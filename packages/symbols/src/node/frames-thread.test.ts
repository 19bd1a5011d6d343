import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { synthElf, synthFrames, synthProgram } from '../../testing/synth-elf.ts'
import { type DumpOptions, type DumpResult, dumpSymbols } from '../dump/index.ts'
import { type FileSource, fileSource } from './file-source.ts'
import { framesThread } from './frames-thread.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-frames-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Their text is longer than one piece. */
const functions = 10_000
const program = file('program', synthElf({ sections: [synthFrames(functions)], textSize: functions * 0x40 }))

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** The same bytes whether chunks are lent or given. */
function dump(source: FileSource, options: DumpOptions): { text: string; result: DumpResult } {
  const chunks: Uint8Array[] = []
  const result = dumpSymbols(source, (chunk) => chunks.push(chunk.slice()), { fileName: source.path, lendsChunks: true, ...options })
  return { text: Buffer.concat(chunks).toString(), result }
}

function dumpInThread(path: string, maxAhead: number): ReturnType<typeof dump> & { readonly isApart: boolean } {
  const source = fileSource(path)
  const thread = framesThread(source, { minBytes: 1, maxAhead })
  let isApart = false
  const framesApart: DumpOptions['framesApart'] = (job) => {
    const apart = thread.begin(job)
    isApart = apart !== undefined
    return apart
  }
  try {
    return { ...dump(source, { framesApart }), isApart }
  } finally {
    thread.close()
    source.close()
  }
}

describe.skipIf(availableParallelism() < 2)('STACK records that another thread writes (needs two cores)', () => {
  test.each([1, 32])('are the same bytes, with %i pieces that may wait', (maxAhead) => {
    const here = dump(fileSource(program), {})
    const there = dumpInThread(program, maxAhead)
    expect(there.isApart).toBe(true)
    expect(here.text.split('\n').filter((line) => line.startsWith('STACK CFI INIT '))).toHaveLength(functions)
    expect(here.text.length).toBeGreaterThan(2 ** 20)
    expect(there.text === here.text).toBe(true)
    expect(there.result).toEqual(here.result)
  })

  test('come with their problems, behind everything else', () => {
    const bytes = synthProgram()
    // The first instruction becomes one that nobody defines.
    const at = bytes.findIndex((byte, index) => byte === 0x41 && bytes[index + 1] === 0x0e && bytes[index + 2] === 16)
    bytes[at] = 0x3f
    const damaged = file('damaged', bytes)
    const [here, there] = [dump(fileSource(damaged), {}), dumpInThread(damaged, 32)]
    expect(here.result.problems).toMatchObject([{ code: 'bad_frame' }])
    expect([there.isApart, there.result, there.text]).toEqual([true, here.result, here.text])
  })

  test('are not taken from a file that was replaced', () => {
    const source = fileSource(file('replaced', synthProgram()))
    utimesSync(source.path, 1, 1)
    const thread = framesThread(source, { minBytes: 1 })
    expect(() => dump(source, { framesApart: thread.begin })).toThrow('replaced')
    thread.close()
    source.close()
  })
})

test('a small section is no work for a thread', () => {
  const source = fileSource(program)
  const thread = framesThread(source)
  let isApart: boolean | undefined
  dump(source, {
    framesApart: (job) => {
      expect(job.size).toBeLessThan(2 ** 20)
      const apart = thread.begin(job)
      isApart = apart !== undefined
      return apart
    },
  })
  expect(isApart).toBe(false)
  thread.close()
  source.close()
})
