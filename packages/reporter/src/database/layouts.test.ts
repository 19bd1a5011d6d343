import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAttributes } from './mac-layout.ts'
import { encodeUuid } from './uuid.ts'
import { parseWindowsMetadata } from './windows-layout.ts'

const id = '0d9f3a52-7c1e-4b7a-9f00-2b6a5c4d3e2f'

function table(names: readonly string[], attributes = 0, state = 2): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(0x43504144, 0)
  header.writeUInt32LE(1, 4)
  header.writeUInt32LE(names.length, 8)
  const strings = Buffer.from(`the-id\0${names.join('\0')}\0`)
  const records = names.map((name) => {
    const record = Buffer.alloc(56)
    encodeUuid(id).copy(record)
    record.writeUInt32LE(strings.indexOf(name), 16)
    record.writeBigInt64LE(1_700_000_000n, 24)
    record.writeBigInt64LE(1_700_000_060n, 32)
    record.writeInt32LE(3, 40)
    record.writeInt32LE(state, 44)
    record.writeUInt8(attributes, 48)
    return record
  })
  return Buffer.concat([header, ...records, strings])
}

const read = (bytes: Buffer): ReturnType<typeof parseWindowsMetadata> => parseWindowsMetadata(bytes, (name) => `reports/${name}`)

describe('the database of Windows', () => {
  test('is read: state, times, tries and the id of the server', () => {
    expect(read(table([`${id}.dmp`], 1))).toEqual([
      {
        id,
        state: 'uploaded',
        dumpPath: `reports/${id}.dmp`,
        createdAt: new Date(1_700_000_000_000),
        lastUploadAttemptAt: new Date(1_700_000_060_000),
        uploadAttempts: 3,
        uploadRequested: false,
        remoteId: 'the-id',
      },
    ])
    expect([0, 1, 2].map((state) => read(table([`${id}.dmp`], 0, state))[0]?.state)).toEqual(['pending', 'uploading', 'kept'])
  })

  test('names no file outside its folder', () => {
    expect(read(table(['..\\..\\secret.dmp', '../secret.dmp', 'C:\\secret.dmp', 'ok.dmp'])).map(({ dumpPath }) => dumpPath)).toEqual([
      'reports/ok.dmp',
    ])
  })

  test('that is cut off or not a database at all is read as far as it goes', () => {
    const whole = table([`${id}.dmp`])
    for (let length = 0; length < whole.length; length++) expect(read(whole.subarray(0, length)).length).toBeLessThanOrEqual(1)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void read(Buffer.concat([table([]).subarray(0, 8), Buffer.from(bytes)]))),
    )
  })
})

describe('the attributes of macOS', () => {
  test('are read in both names that Crashpad gave them', () => {
    const text = [
      'com.apple.quarantine: 0081;x',
      `org.chromium.crashpad.database.uuid: ${id}`,
      'org.chromium.crashpad.database.upload_count: 2',
      'com.googlecode.crashpad.database.id: a b',
      '',
    ].join('\n')
    expect(Object.fromEntries(parseAttributes(text))).toEqual({ uuid: id, upload_count: '2', id: 'a b' })
  })
})
