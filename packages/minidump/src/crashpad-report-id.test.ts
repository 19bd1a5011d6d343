import { describe, expect, it } from 'vitest'
import { bytesSource } from './byte-source.ts'
import { readCrashpadReportId } from './crashpad-report-id.ts'
import { streamType } from './stream-types.ts'
import { synthDump } from './synth/index.ts'

const reportId = '00112233-4455-6677-8899-aabbccddeeff'

describe('the report id of a Crashpad dump', () => {
  it.each([true, false])('is read from CrashpadInfo (little-endian: %s)', (littleEndian) => {
    expect(readCrashpadReportId(bytesSource(synthDump({ littleEndian, crashpad: { reportId } })))).toBe(reportId)
  })

  it('is nothing when it is all zeros, when the dump has none, and when there is no dump', () => {
    expect(readCrashpadReportId(bytesSource(synthDump({ crashpad: {} })))).toBeUndefined()
    expect(readCrashpadReportId(bytesSource(synthDump()))).toBeUndefined()
    expect(readCrashpadReportId(bytesSource(new Uint8Array(100)))).toBeUndefined()
    expect(readCrashpadReportId(bytesSource(new Uint8Array(0)))).toBeUndefined()
  })

  it('is nothing when the stream is cut off', () => {
    const extraStreams = [{ type: streamType.crashpadInfo, bytes: new Uint8Array(19).fill(1) }]
    expect(readCrashpadReportId(bytesSource(synthDump({ extraStreams })))).toBeUndefined()
  })
})
