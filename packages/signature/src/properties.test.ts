import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../test/harness/cpu-time.ts'
import { crashDataFromJson } from './from-json.ts'
import { crashDataFromProcessed } from './from-processed.ts'
import { generateSignature } from './generate.ts'
import { generateJavaScriptSignature } from './javascript/generate.ts'
import { route } from './javascript/route.ts'
import { scriptName } from './javascript/script-name.ts'
import { parseJavaScriptStack } from './javascript/stack.ts'
import { maxNormalizedLength, maxProtoSignatureLength } from './limits.ts'
import { normalizeCpp } from './normalize/cpp.ts'
import { normalizeRust } from './normalize/rust.ts'
import type { SignatureResult } from './signature-result.ts'
import { socorroRules } from './signature-rules.ts'

const name = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        '<',
        '>',
        '(',
        ')',
        '[',
        ']',
        '`',
        "'",
        '::',
        ' ',
        'operator',
        'IPC::ParamTraits',
        'abort',
        'std::',
        'x',
        ' as ',
        '&',
        ',',
        '\u0000',
        'é',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const frame = fc.record({
  function: maybe(name),
  module: maybe(fc.oneof(name, fc.constantFrom('libc.so.6', 'ntdll.dll', 'app', '[vdso]'))),
  file: maybe(fc.oneof(name, fc.constant('/a/b.rs'))),
  line: maybe(fc.integer()),
  module_offset: maybe(fc.oneof(name, fc.constant('0x0010'))),
  offset: maybe(fc.oneof(name, fc.constant('0x00ff'))),
  inlines: maybe(fc.array(fc.record({ function: maybe(name) }), { maxLength: 3 })),
  unloaded_modules: maybe(fc.array(fc.record({ module: maybe(name) }), { maxLength: 2 })),
})
const crash = fc.record({
  os: maybe(fc.constantFrom('Windows NT', 'Linux')),
  crashing_thread: maybe(fc.integer({ min: -2, max: 3 })),
  reason: maybe(name),
  threads: fc.array(fc.record({ frames: fc.array(frame, { maxLength: 50 }), last_error_value: maybe(name) }), { maxLength: 3 }),
  oom_allocation_size: maybe(fc.double()),
  abort_message: maybe(name),
  mdsw_status_string: maybe(name),
  async_shutdown_timeout: maybe(fc.oneof(fc.json(), name)),
  ipc_channel_error: maybe(name),
  ipc_message_name: maybe(name),
  hang: maybe(name),
  java_stack_trace: maybe(name),
  java_exception: maybe(fc.anything()),
  process_type: maybe(name),
  v8_fatal_message: maybe(name),
  v8_oom: maybe(fc.record({ isHeapOom: maybe(fc.boolean()), location: maybe(name), stack: maybe(name) })),
})

function expectSound(result: SignatureResult): void {
  expect(result.signature).toMatch(/^[\x20-\x7e]{1,255}$/)
  expect(result.signature).toBe(result.signature.trim())
  expect(result.normalizedFrames.length).toBeLessThanOrEqual(40)
  expect(result.protoSignature.length).toBeLessThanOrEqual(maxProtoSignatureLength)
  expect(result.steps.length).toBeLessThanOrEqual(150)
  for (const note of result.notes) expect(note.length).toBeLessThanOrEqual(1_024)
  for (const step of result.steps) {
    expect(step.why).toMatch(/^.{1,400}$/s)
    expect(step.after?.length ?? 0).toBeLessThanOrEqual(400)
    expect(step.before.length).toBeLessThanOrEqual(400)
  }
}

describe('for any input', () => {
  it('a native crash gets a printable signature of at most 255 characters, and the same one again', () => {
    const own = socorroRules({ irrelevant: ['abort'], prefix: ['std::'], sentinels: ['x'], lineNumbers: ['x'] })
    fc.assert(
      fc.property(crash, (data) => {
        expectSound(generateSignature(data))
        expectSound(generateSignature(data, own))
        expect(generateSignature(data)).toEqual(generateSignature(data))
      }),
      { numRuns: 300 },
    )
  })

  it('JSON of any shape is crash data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => expectSound(generateSignature(crashDataFromJson(value)))),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(
        fc.record({ crash_info: fc.dictionary(fc.string(), fc.jsonValue()), threads: fc.jsonValue(), annotations: fc.jsonValue() }),
        (value) => expectSound(generateSignature(crashDataFromJson(value))),
      ),
    )
  })

  it('fields of any content are taken', () => {
    const names = [
      'electron.v8-oom.stack',
      'electron.v8-oom.location',
      'oom-size',
      'JavaException',
      'AsyncShutdownTimeout',
      'ptype',
      'Hang',
      '__proto__',
    ]
    const fields = fc.array(fc.tuple(fc.constantFrom(...names), name)).map((entries) => new Map(entries))
    fc.assert(fc.property(fields, (map) => expectSound(generateSignature(crashDataFromProcessed({}, map)))))
  })

  it('a JavaScript crash gets a printable signature of at most 255 characters', () => {
    const line = fc.oneof(
      name,
      fc.tuple(name, fc.webUrl({ withQueryParameters: true })).map(([text, url]) => `    at ${text} (${url}:1:2)`),
      name.map((text) => `${text}@https://h/a.js:1:2`),
    )
    const stack = fc.array(line, { maxLength: 20 }).map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(name, maybe(name), stack, maybe(fc.oneof(fc.webUrl({ withFragments: true }), name)), (kind, reason, text, url) => {
        expectSound(generateJavaScriptSignature({ kind, reason, frames: parseJavaScriptStack(text).frames, url }))
        expect(scriptName(url ?? '').length).toBeLessThan(4_200)
        expect(route(url ?? '').length).toBeLessThan(1_000)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    '(',
    ')',
    '<',
    '>',
    '`',
    '[clone (',
    '() ',
    ' (',
    '<IPC::ParamTraits',
    'operator<',
    '::h',
    ', ',
    ' &',
    '::$_1::',
    ':1',
    ' at (',
    '@',
    '*@',
    '/#/',
    '..',
    '-',
  ])('a megabyte of %j takes linear time', (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length))
    const tookMs = cpuMs(() => {
      const deep = text.slice(0, 16_384)
      normalizeCpp(deep, 1)
      normalizeRust(deep, 1)
      expectSound(
        generateSignature({
          threads: [{ frames: Array.from({ length: 100 }, () => ({ function: text, file: text })) }],
          abort_message: text,
          v8_oom: { stack: text, location: text },
          java_stack_trace: text,
        }),
      )
      expectSound(
        generateSignature({
          threads: [{ frames: Array.from({ length: 100 }, () => ({ function: text, file: text, module: text })) }],
          v8_fatal_message: text,
          hang: text,
          ipc_channel_error: text,
          process_type: text,
          reason: text,
        }),
      )
      expectSound(
        generateJavaScriptSignature({
          kind: text,
          reason: text,
          url: text,
          frames: parseJavaScriptStack(`at ${text}\n${text}@https://h/${text}:1:2`).frames,
        }),
      )
      expectSound(
        generateJavaScriptSignature({
          kind: 'javascript',
          reason: text,
          frames: [
            { function: text, url: text },
            { function: 'x', url: `https://h/${text}.js` },
          ],
        }),
      )
    })
    // Measured: at most 0.1 s. Quadratic behaviour on these sizes would take minutes.
    expect(tookMs).toBeLessThan(4_000)
  })

  it('a normalised frame is bounded', () => {
    const { normalizedFrames } = generateSignature({ threads: [{ frames: [{ function: 'x'.repeat(100_000) }] }] })
    expect(normalizedFrames[0]).toHaveLength(maxNormalizedLength)
  })
})
