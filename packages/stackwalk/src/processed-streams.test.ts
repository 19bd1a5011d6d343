import { expect, test } from 'vitest'
import { synthCrash } from './synth-crash.ts'

test('lists open handles', () => {
  const plain = { attributes: 0, grantedAccess: 0, handleCount: 1, pointerCount: 1 }
  const handles = [
    { ...plain, handle: 0x1cn, typeName: 'File', objectName: '\\Device\\Null' },
    { ...plain, handle: 4n },
  ]
  expect(synthCrash({ threads: [], windows: { handles } }).handles).toEqual([
    { handle: 28, type_name: 'File', object_name: '\\Device\\Null' },
    { handle: 4, type_name: null, object_name: null },
  ])
  expect(synthCrash({ threads: [] }).handles).toBeNull()
})

test('shows what libraries of macOS left, without what they did not fill', () => {
  const record = {
    version: 5n,
    thread: 0n,
    dialogMode: 0x77n,
    abortCause: 0n,
    modulePath: '/usr/lib/libc.dylib',
    message: 'abort() called',
  }
  const crash = synthCrash({ threads: [], mac: { crashInfo: [record], bootArgs: '-v' } })
  expect(crash.mac_boot_args).toBe('-v')
  expect(crash.mac_crash_info).toEqual({
    num_records: 1,
    records: [
      {
        abort_cause: null,
        backtrace: null,
        dialog_mode: '0x0000000000000077',
        message: 'abort() called',
        message2: null,
        module: '/usr/lib/libc.dylib',
        signature_string: null,
        thread: null,
      },
    ],
  })
  expect(synthCrash({ threads: [] }).mac_crash_info).toBeNull()
})
