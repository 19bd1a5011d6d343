import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCrash, shortHex } from './crash.ts'
import { stackText } from './stack-text.ts'

const fixtures = join(import.meta.dirname, '../../../../../shared/fixtures/expected')

describe('readCrash', () => {
  it('reads reason, crashing thread, inlines, registers and the state of symbols', () => {
    const crash = readCrash({
      crash_info: {
        type: 'SIGSEGV',
        address: '0x0000000000000008',
        crashing_thread: 1,
        sentence: 'It died.',
        adjusted_address: { kind: 'null-pointer', offset: '0x0000000000000008' },
      },
      crashing_thread: { threads_index: 1, frames: [{ registers: { rip: '0x01' } }] },
      threads: [
        { frames: [] },
        { thread_name: 'main', frames: [{ frame: 0, function: 'f', inlines: [{ function: 'g', line: 3 }], trust: 'context' }] },
      ],
      modules: [
        { filename: 'app', symbols: { state: 'missing', looked: ['a/b/c.sym'] } },
        { filename: 'b', loaded_symbols: true, corrupt_symbols: true },
      ],
      main_module: 0,
      annotations: { ptype: 'renderer', count: 3 },
    })
    expect(crash).toMatchObject({
      sentence: 'It died.',
      reason: 'SIGSEGV',
      crashingThread: 1,
      notes: ['The address is a null pointer plus 0x8.'],
      registers: [['rip', '0x01']],
      annotations: [
        ['ptype', 'renderer'],
        ['count', '3'],
      ],
      modules: [
        { name: 'app', symbols: 'missing', symbolsWhy: 'looked for a/b/c.sym', isMain: true },
        { name: 'b', symbols: 'corrupt' },
      ],
    })
    expect(crash?.threads[1]?.frames[0]?.inlines).toEqual([{ function: 'g', file: undefined, line: 3 }])
  })
  it('names no crashing thread that the dump does not hold', () => {
    expect(readCrash({ crash_info: { crashing_thread: 7 }, threads: [{}] })?.crashingThread).toBeUndefined()
  })
  it('leaves browser reports and nothing at all to others', () => {
    expect([readCrash({ kind: 'browser' }), readCrash(null), readCrash('x'), readCrash([])]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
  it('shows what it can of any JSON', () => {
    const keys = fc.constantFrom(
      'crash_info',
      'threads',
      'frames',
      'modules',
      'crashing_thread',
      'type',
      'inlines',
      'function',
      'symbols',
      'looked',
      'registers',
    )
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constant(null),
        fc.string(),
        fc.double(),
        fc.boolean(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
      ),
    }))
    fc.assert(
      fc.property(value, (processed) => {
        const crash = readCrash(processed)
        if (crash !== undefined) stackText(crash, undefined, '')
      }),
    )
  })
})

describe.skipIf(!existsSync(fixtures))('readCrash of real results (needs ../shared fixtures)', () => {
  it('finds the frames of every crashing thread', () => {
    let frames = 0
    for (const path of readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('rust.json.gz'))) {
      const processed = JSON.parse(gunzipSync(readFileSync(join(fixtures, path))).toString())
      const crash = readCrash(processed)
      expect(crash?.threads.length, path).toBe(processed.thread_count)
      if (processed.crashing_thread !== null && crash?.crashingThread !== undefined) {
        expect(crash.threads[crash.crashingThread]?.frames.length, path).toBe(processed.crashing_thread.frame_count)
        frames += processed.crashing_thread.frame_count
      }
    }
    expect(frames).toBeGreaterThan(500)
  })
})

describe('shortHex', () => {
  it('drops leading zeros and nothing else', () => {
    expect([shortHex('0x0000000000000000'), shortHex('0x000f00'), shortHex(undefined)]).toEqual(['0x0', '0xf00', undefined])
  })
})
