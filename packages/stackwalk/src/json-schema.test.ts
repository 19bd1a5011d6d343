import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesSource, MinidumpError, readMinidump } from '@crashkeep/minidump'
import { stack } from '@crashkeep/minidump/synth'
import { folderSymbols } from '@crashkeep/symbols/node'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { formatJson } from './format/json.ts'
import { icedDecoder } from './iced/iced-decoder.ts'
import { type ProcessOptions, processMinidump } from './process-minidump.ts'
import type { ProcessedCrash } from './processed-crash.ts'
import { synthCrash } from './synth-crash.ts'

const root = join(import.meta.dirname, '../../..')
const fixtures = join(root, '../shared/fixtures')
const schema: object = JSON.parse(readFileSync(join(root, 'docs/reference/stackwalk.schema.json'), 'utf8'))
const validate = new Ajv2020({ allErrors: true }).compile(schema)

function violations(crash: ProcessedCrash, brief = false): string[] {
  validate(JSON.parse(formatJson(crash, { brief })))
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

describe('docs/reference/stackwalk.schema.json', () => {
  const base = 0x4000_0000n
  const start = 0x8000_0000n
  const context = { registers: { rip: base + 0x105n, rsp: start, rbp: start, rax: 0x4141_4141_4141_4141n } }

  test('holds for an empty dump, and for one that says nothing of its processor', () => {
    expect(violations(synthCrash({ threads: [] }))).toEqual([])
    expect(violations(synthCrash({ threads: [{ id: 1 }], systemInfo: { cpuRaw: 0x4242, cpu: 'unknown', os: 'unknown' } }))).toEqual([])
  })

  test('holds for a crash with everything in it', () => {
    const crash = synthCrash(
      {
        systemInfo: { csdVersion: 'Linux 6.1.0 #1 SMP x86_64' },
        modules: [
          { baseAddress: base, size: 0x1000, name: '/opt/app', buildId: '00112233445566778899aabbccddeeff' },
          { baseAddress: 0xffff_ffff_ffff_f000n, size: 0x1000, name: 'at the end' },
        ],
        threads: [
          { id: 1, name: 'main', context, stack: stack(start, [start + 16n, base + 0x221n, 0x9010n, 0, 0x9020n, 0]) },
          { id: 2, context: { registers: { rip: 0x9010n, rsp: start } } },
        ],
        memory: [{ startAddress: base + 0x105n, bytes: Buffer.from('8b00', 'hex') }],
        unloadedModules: [{ baseAddress: 0x9000n, size: 0x1000, name: 'gone.so', checksum: 0, timestamp: 1 }],
        exception: { threadId: 1, code: 11, flags: 0x80, address: 0n, context },
        crashpad: { annotations: new Map([['ptype', 'renderer']]) },
        assertion: { expression: 'x', function: 'f', file: 'a.cc', line: 3, type: 1 },
        miscInfo: { flags: 3, processId: 7, processCreateTime: 1_599_999_000 },
        linux: {
          maps: '414141410000-414141420000 rw-p 00000000 00:00 0 \nnonsense',
          lsbRelease: 'ID=debian\nVERSION_ID=12',
          limits: 'Limit  Soft Limit  Hard Limit  Units\nMax open files  1024  unlimited  files\n',
          cpuInfo: 'microcode\t: 0x1f\n',
        },
        softErrors: '[{"a": 1}]',
        mac: { crashInfo: [{ version: 5n, thread: 1n, dialogMode: 0n, abortCause: 2n, message: 'no more' }], bootArgs: '-v' },
        windows: {
          handles: [{ handle: 4n, typeName: 'File', attributes: 0, grantedAccess: 0, handleCount: 1, pointerCount: 1 }],
        },
      },
      { app: 'FILE 0 a.cc\nINLINE_ORIGIN 0 in\nFUNC 100 80 0 f\nINLINE 0 7 0 0 100 10\n100 80 3 0\nPUBLIC 200 0 main\nnonsense' },
      { decoder: icedDecoder },
    )
    expect(violations(crash)).toEqual([])
    expect(violations(crash, true)).toEqual([])
    const { crash_info: info, threads, modules } = crash
    for (const key of ['handles', 'mac_boot_args', 'mac_crash_info', 'proc_limits', 'soft_errors'] as const) {
      expect(crash[key], key).not.toBeNull()
    }
    for (const key of ['instruction', 'memory_accesses', 'adjusted_address', 'assertion'] as const) expect(info[key], key).not.toBeNull()
    expect(threads[0]?.frames[0]?.inlines).not.toBeNull()
    expect(threads[1]?.frames[0]?.unloaded_modules).not.toBeNull()
    expect(modules[0]?.symbols).toMatchObject({ state: 'loaded', badLines: 1 })
  })

  test('fails for a key that it does not tell', () => {
    const crash = synthCrash({ threads: [] })
    expect(validate({ ...JSON.parse(formatJson(crash)), surprise: 1 })).toBe(false)
  })
})

describe.skipIf(!existsSync(fixtures))('docs/reference/stackwalk.schema.json and real dumps (needs ../shared fixtures)', () => {
  test('holds for every one, with symbols and without', () => {
    const symbols = folderSymbols([join(fixtures, 'symbols')])
    const names = readdirSync(join(fixtures, 'dumps'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dmp'))
    let valid = 0
    for (const name of names) {
      for (const options of [{ symbols, decoder: icedDecoder }, {}]) {
        const crash = processed(readFileSync(join(fixtures, 'dumps', name)), options)
        if (crash === undefined) continue
        expect(violations(crash), name).toEqual([])
        valid++
      }
    }
    symbols.close()
    expect(valid).toBeGreaterThan(100)
  }, 60_000)
})

function processed(bytes: Uint8Array, options: ProcessOptions): ProcessedCrash | undefined {
  try {
    return processMinidump(readMinidump(bytesSource(bytes)), options)
  } catch (error) {
    if (error instanceof MinidumpError || (error instanceof Error && error.name === 'StackwalkError')) return undefined
    throw error
  }
}
