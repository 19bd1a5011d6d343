import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { crashDataFromJson } from './from-json.ts'
import { generateSignature } from './generate.ts'
import { collapseArguments, collapseTypes } from './normalize/collapse.ts'
import { normalizeCpp } from './normalize/cpp.ts'
import { dropPrefixAndReturnType } from './normalize/drop-prefix-and-return-type.ts'
import { normalizeRust } from './normalize/rust.ts'
import { parseSignatureList, socorroRules } from './signature-rules.ts'

const folder = new URL('../../../../shared/fixtures/signature/', import.meta.url)

interface Vectors {
  normalize_cpp: [string, number, string][]
  normalize_rust: [string, number, string][]
  drop_prefix: [string, string][]
  collapse_types: [string, string][]
  collapse_arguments: [string, string][]
  generate_own: [unknown, { signature: string; proto_signature: string; notes: string[] }][]
}

describe.skipIf(!existsSync(folder))('signatures of Socorro (needs ../shared fixtures)', () => {
  const vectors: Vectors = JSON.parse(existsSync(folder) ? gunzipSync(readFileSync(new URL('vectors.json.gz', folder))).toString() : '{}')
  const list = (name: string) => (existsSync(folder) ? parseSignatureList(readFileSync(new URL(`lists/${name}.txt`, folder), 'utf8')) : [])
  const rules = socorroRules({
    irrelevant: list('irrelevant_signature_re'),
    prefix: list('prefix_signature_re'),
    sentinels: list('signature_sentinels'),
    lineNumbers: list('signatures_with_line_numbers_re'),
  })
  const lineNumbers = new RegExp(`^(?:${list('signatures_with_line_numbers_re').join('|')})`)

  const plain: [keyof Vectors & ('drop_prefix' | 'collapse_types' | 'collapse_arguments'), (text: string) => string][] = [
    ['drop_prefix', dropPrefixAndReturnType],
    ['collapse_types', collapseTypes],
    ['collapse_arguments', collapseArguments],
  ]
  it.each(plain)('%s is equal in all vectors', (key, run) => {
    expect(vectors[key].length).toBeGreaterThan(1_000)
    expect(vectors[key].map(([text]) => [text, run(text)])).toEqual(vectors[key])
  })

  it.each([
    ['normalize_cpp', normalizeCpp],
    ['normalize_rust', normalizeRust],
  ] as const)('%s is equal in all vectors', (key, run) => {
    expect(vectors[key].length).toBeGreaterThan(1_000)
    expect(vectors[key].map(([text, line]) => [text, line, run(text, line, lineNumbers)])).toEqual(vectors[key])
  })

  it('signature, proto signature and notes are equal in all vectors', () => {
    expect(vectors.generate_own.length).toBeGreaterThan(700)
    for (const [crash, wanted] of vectors.generate_own) {
      const { signature, protoSignature, notes } = generateSignature(crashDataFromJson(crash), rules)
      expect({ signature, proto_signature: protoSignature, notes }, JSON.stringify(crash)).toEqual(wanted)
    }
  })

  it('knows every kind of vector and every list that lies there', () => {
    expect(Object.keys(vectors).sort()).toEqual([
      'collapse_arguments',
      'collapse_types',
      'drop_prefix',
      'generate_own',
      'normalize_cpp',
      'normalize_rust',
    ])
    expect(readdirSync(new URL('lists', folder)).length).toBe(4)
  })
})
