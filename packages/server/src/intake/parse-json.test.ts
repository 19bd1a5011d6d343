import { expect, it } from 'vitest'
import { parseJson } from './parse-json.ts'

const parse = (text: string) => parseJson(Buffer.from(text))

it('reads what a report holds', () => {
  expect(parse('[{"a":"[\\"{","b":[1,{"c":null}]}]')).toEqual([{ a: '["{', b: [1, { c: null }] }])
  expect(parse('['.repeat(200) + ']'.repeat(200))).toHaveLength(1)
  expect(parse(`{"text":${JSON.stringify('[{'.repeat(5000))}}`)).toEqual({ text: '[{'.repeat(5000) })
})

it('refuses what is nested deeper than any report, and what is no JSON', () => {
  for (const text of ['['.repeat(201) + ']'.repeat(201), '{"a":'.repeat(100_000), `[${'['.repeat(500_000)}`, '', '{', 'nonsense'])
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'bad_json' }))
})
