import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMeta, encodeMeta, newMeta } from './report-meta.ts'

describe('the metadata of a report', () => {
  test('has the bytes that Crashpad writes for a new one', () => {
    // Written by chrome_crashpad_handler of Chromium 156.
    const theirs = '0100000000000000000000000000000013' + '31006b00000000' + '0000000000000000'
    expect(encodeMeta(newMeta(0x6b003113)).toString('hex')).toBe(theirs)
  })

  test('comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        fc.boolean(),
        fc.string(),
        (attempts, last, created, uploaded, requested, id) => {
          const meta = {
            uploadAttempts: attempts,
            lastUploadAttempt: last,
            creationTime: created,
            uploaded,
            uploadRequested: requested,
            remoteId: Buffer.from(id).toString(),
          }
          expect(decodeMeta(encodeMeta(meta))).toEqual(meta)
        },
      ),
    )
  })

  test('of other bytes is none, or has sound numbers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const meta = decodeMeta(Buffer.from(bytes))
        if (meta !== undefined) expect(meta.uploadAttempts).toBeGreaterThanOrEqual(0)
      }),
    )
    expect(decodeMeta(Buffer.alloc(32))).toBeUndefined()
    expect(decodeMeta(encodeMeta(newMeta(1)).subarray(0, 31))).toBeUndefined()
  })
})
