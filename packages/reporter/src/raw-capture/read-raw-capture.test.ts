import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildRawCapture } from './build-raw-capture.ts'
import { readRawCapture } from './read-raw-capture.ts'
import { recordType } from './record-types.ts'

/** 2023-11-14T22:13:20Z */
const died = { kind: 0, time: 1_700_000_000_000_000_000n, uptime: 1_000_000_000_000n }

const whole = buildRawCapture()
  .process({ ...died, pid: 7, crashedThread: 8, signal: 11 })
  .text(recordType.settings, '{"clientId":"x"}')
  .thread(8, { name: 'node', registers: new Uint8Array(216).fill(3) })
  .memory(recordType.stack, 0x7000n, Uint8Array.of(1, 2, 3), 8)
  .text(recordType.maps, '00400000-00401000 r-xp 00000000 08:01 1 ')
  .text(recordType.maps, '/bin/x\n')
  .note('electron.v8-oom.location', 'heap')

describe('readRawCapture', () => {
  test('reads what the writer of the addon writes', () => {
    const capture = readRawCapture(whole.end())
    expect(capture).toMatchObject({ isWhole: true, process: { pid: 7, crashedThread: 8, signal: 11 }, problems: [] })
    expect(capture?.threads).toMatchObject([{ id: 8, name: 'node', stack: { startAddress: 0x7000n, bytes: Uint8Array.of(1, 2, 3) } }])
    expect(capture?.threads[0]?.floats).toBeUndefined()
    expect(new TextDecoder().decode(capture?.maps)).toBe('00400000-00401000 r-xp 00000000 08:01 1 /bin/x\n')
    expect(capture?.notes).toEqual(new Map([['electron.v8-oom.location', 'heap']]))
  })

  test('keeps what there is of a file that was cut anywhere', () => {
    const bytes = whole.end()
    for (let length = 0; length < bytes.length; length++) {
      const capture = readRawCapture(bytes.subarray(0, length))
      if (capture !== undefined) expect(capture).toMatchObject({ isWhole: false, process: { pid: 7 } })
    }
    expect(readRawCapture(bytes.subarray(0, bytes.length - 1))?.threads).toHaveLength(1)
  })

  test('the first record of a thread counts: it comes from the signal', () => {
    const capture = readRawCapture(
      buildRawCapture()
        .process({ ...died, pid: 7, crashedThread: 8, signal: 11 })
        .thread(8, { name: 'first' })
        .thread(8, { name: 'second', registers: new Uint8Array(216) })
        .end(),
    )
    expect(capture?.threads).toEqual([{ id: 8, name: 'first' }])
  })

  test('no bytes make it throw', () => {
    const bytes = whole.end()
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const changed = bytes.slice()
        for (const [at, value] of changes) changed[at] = value
        readRawCapture(changed)
      }),
    )
    expect(readRawCapture(new Uint8Array(100))).toBeUndefined()
  })
})
