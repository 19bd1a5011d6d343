import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBrowserReport } from './browser-report.ts'
import { UnreadableReport } from './unreadable-report.ts'

const read = (report: unknown, neighbours: unknown = []) => readBrowserReport(JSON.stringify({ report, neighbours }))

describe("reading a browser's report", () => {
  test('keeps the names of the context as they are, also the odd ones', () => {
    const text =
      '{"report":{"type":"crash","body":{"crash_report_api":{"__proto__":"p","":"empty","stack":"s","a.b":"c"}}},"neighbours":[]}'
    const { context } = readBrowserReport(text).crash
    expect(Object.entries(context)).toEqual([
      ['__proto__', 'p'],
      ['', 'empty'],
      ['stack', 's'],
      ['a.b', 'c'],
    ])
    expect(JSON.stringify(context)).toContain('"__proto__":"p"')
  })

  test('takes the sentence of a page that has not opted in for no stack', () => {
    const stack = 'Website owner has not opted in for JS call stacks in crash reports.'
    const { crash, stackText } = read({ body: { reason: 'unresponsive', stack } })
    expect(crash.stackMissing).toBe('not_opted_in')
    expect(stackText).toBe('')
  })

  test('reads the empty body of Firefox', () => {
    expect(read({ type: 'crash', age: 4, url: 'https://a.example/', body: {} }).crash).toMatchObject({
      reason: null,
      ageMs: 4,
      context: {},
    })
    expect(read({ type: 'crash', body: null }).crash.stackMissing).toBe('not_sent')
  })

  test('refuses what holds no report', () => {
    expect(() => readBrowserReport('nonsense')).toThrow(UnreadableReport)
    expect(() => readBrowserReport('{"report":[]}')).toThrow(expect.objectContaining({ code: 'not_a_report' }))
  })

  test('reads any JSON as a report or refuses it with its own error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (report, neighbours) => {
        try {
          expect(read(report, neighbours).crash.kind).toBe('browser')
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableReport)
        }
      }),
    )
  })
})
