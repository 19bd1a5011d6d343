import { describe, expect, it } from 'vitest'
import { crashDataFromJson } from './from-json.ts'
import { crashDataFromProcessed } from './from-processed.ts'
import { generateSignature } from './generate.ts'

const processed = {
  status: 'OK',
  system_info: { os: 'Windows NT' },
  crash_info: { type: 'EXCEPTION_ACCESS_VIOLATION_READ', crashing_thread: 1 },
  threads: [
    { frames: [], last_error_value: null },
    { frames: [{ function: 'Foo::bar', module: 'App.exe', inlines: null, unloaded_modules: null }], last_error_value: 'ERROR_SUCCESS' },
  ],
  annotations: { ptype: 'renderer', 'electron.v8-oom.location': 'from the dump' },
}

describe('crashDataFromProcessed', () => {
  it("takes the dump's own facts and the sender's fields", () => {
    const fields = new Map([
      ['electron.v8-fatal.message', 'Circular extension dependency'],
      ['oom-size', '4096'],
      ['IPCMessageName', 'PFoo'],
    ])
    const { annotations: _, ...bare } = processed
    expect(crashDataFromProcessed(bare, fields)).toMatchObject({
      os: 'Windows NT',
      crashing_thread: 1,
      reason: 'EXCEPTION_ACCESS_VIOLATION_READ',
      mdsw_status_string: undefined,
      oom_allocation_size: 4096,
      ipc_message_name: 'PFoo',
      v8_fatal_message: 'Circular extension dependency',
      v8_oom: undefined,
    })
  })

  it('finds the annotations inside a dump that was uploaded by hand, but prefers the fields', () => {
    expect(crashDataFromProcessed(processed, new Map())).toMatchObject({
      process_type: 'renderer',
      v8_oom: { isHeapOom: true, location: 'from the dump' },
    })
    const fields = new Map([
      ['electron.v8-oom.is_heap_oom', 'false'],
      ['electron.v8-oom.location', 'from the field'],
    ])
    expect(crashDataFromProcessed(processed, fields).v8_oom).toEqual({ isHeapOom: false, location: 'from the field', stack: undefined })
  })

  it('knows the process type under each of its names', () => {
    for (const name of ['ptype', 'process_type', 'ProcessType']) {
      expect(crashDataFromProcessed({}, new Map([[name, 'gpu-process']])).process_type).toBe('gpu-process')
    }
  })

  it('counts what is no number and no JSON as absent', () => {
    const fields = new Map([
      ['OOMAllocationSize', '12 apples'],
      ['JavaException', '{'],
    ])
    expect(crashDataFromProcessed({}, fields)).toMatchObject({ oom_allocation_size: undefined, java_exception: undefined })
  })
})

describe('crashDataFromJson', () => {
  it("reads siggen's crash data, a processed crash, and one inside Socorro's", () => {
    const frames = [{ function: 'Foo::bar', module: 'app' }]
    const inputs = [
      { crashing_thread: 0, threads: [{ frames }] },
      { crash_info: { crashing_thread: 0 }, threads: [{ frames }] },
      { json_dump: { crash_info: { crashing_thread: 0 }, threads: [{ frames }] } },
    ]
    for (const input of inputs) expect(generateSignature(crashDataFromJson(input)).signature).toBe('Foo::bar')
  })

  it('counts values of another type as absent', () => {
    const data = crashDataFromJson({
      os: 7,
      crashing_thread: 'x',
      threads: [null, { frames: 3 }, { frames: [5, { function: [] }] }],
      hang: 1,
    })
    expect(data).toMatchObject({ os: undefined, crashing_thread: undefined, hang: '1' })
    expect(data.threads.map((thread) => thread.frames.length)).toEqual([0, 0, 2])
  })
})
