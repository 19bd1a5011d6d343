import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FormEnd, FormReader } from './form-reader.ts'

const boundary = '---MultipartBoundary-0123456789---'
const limits = { parts: 100, partHeaderBytes: 1000, partHeaderPairs: 10 }

async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1)
    yield bytes.subarray(at, at + size)
    at += size
  }
}

interface Read {
  readonly parts: { name: string | undefined; value: string }[]
  readonly end: FormEnd
}

async function read(body: Buffer, sizes: readonly number[] = [body.length], whole = true): Promise<Read> {
  const end = { opened: false, closed: false }
  const reader = new FormReader(pieces(body, sizes), boundary, limits, end)
  const parts: Read['parts'] = []
  for (let head = await reader.next(); head !== undefined; head = await reader.next()) {
    const found = whole ? reader.whole() : undefined
    const chunks: Uint8Array[] = found === undefined ? [] : [found]
    if (found === undefined) for await (const chunk of reader.body()) chunks.push(Buffer.from(chunk))
    parts.push({ name: head.name, value: Buffer.concat(chunks).toString('latin1') })
  }
  return { parts, end }
}

const part = (name: string, value: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const closing = `--${boundary}--\r\n`
const latin1 = (text: string) => Buffer.from(text, 'latin1')

/** Values of what makes trouble: line breaks, dashes, and pieces of the delimiter. */
const value = fc
  .array(
    fc.constantFrom(
      '\r\n',
      '\r',
      '\n',
      '-',
      '--',
      `--${boundary}`,
      `\r\n--${boundary}x`,
      `--${boundary.slice(0, 9)}`,
      'a',
      '\0',
      '\xff',
      'words of a value',
    ),
    {
      maxLength: 12,
    },
  )
  .map((words) => words.join(''))
  // These would be delimiters.
  .filter((text) => !new RegExp(`(^|\r\n)--${boundary}([\r\n]|--|$)`).test(`\r\n${text}\r\n`))

describe('a form', () => {
  it('is read the same in whatever pieces it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (values, sizes, whole) => {
          const body = latin1(values.map((each, i) => part(`f${i}`, each)).join('') + closing)
          const { parts, end } = await read(body, sizes, whole)
          expect(parts).toEqual(values.map((each, i) => ({ name: `f${i}`, value: each })))
          expect(end).toEqual({ opened: true, closed: true })
        },
      ),
      { numRuns: 300 },
    )
  })

  it('that breaks off anywhere gives the beginning of its values', async () => {
    const values = ['first value', 'second\r\n-value']
    const body = latin1(values.map((each, i) => part(`f${i}`, each)).join('') + closing)
    for (let length = 0; length <= body.length - closing.length + boundary.length + 3; length += 1) {
      const { parts, end } = await read(body.subarray(0, length), [7])
      expect(end.closed).toBe(false)
      for (const [i, { name, value: got }] of parts.entries()) expect([name, values[i]?.startsWith(got)]).toEqual([`f${i}`, true])
    }
  })

  it('may be closed without the line break before', async () => {
    for (const ending of ['', '\r\n', '\n']) {
      const { parts, end } = await read(latin1(`${part('a', 'x').slice(0, -2)}--${boundary}--${ending}`), [5])
      expect([parts, end.closed]).toEqual([[{ name: 'a', value: 'x' }], true])
    }
    const inside = await read(latin1(part('a', `x--${boundary}--\r\nmore`) + closing))
    expect(inside.parts[0]?.value).toBe(`x--${boundary}--\r\nmore`)
  })

  it('may have words before and behind it, blanks behind a delimiter, and nothing at all', async () => {
    const { parts } = await read(latin1(`preamble\r\n${part('a', 'x').replace('\r\n', ' \t\r\n')}${closing}epilogue\r\n--${boundary}\r\n`))
    expect(parts).toEqual([{ name: 'a', value: 'x' }])
    for (const body of ['', 'garbage', '--', `--${boundary}x\r\n`])
      expect(await read(latin1(body))).toEqual({ parts: [], end: { opened: false, closed: false } })
    expect(await read(latin1(closing))).toEqual({ parts: [], end: { opened: true, closed: true } })
  })

  it('may have parts without a head, and heads that are too long', async () => {
    const { parts } = await read(latin1(`--${boundary}\r\n\r\nbare\r\n${part('n'.repeat(5000), 'long')}${part('a', 'x')}${closing}`), [100])
    expect(parts.map(({ value: each }) => each)).toEqual(['bare', 'long', 'x'])
    expect([parts[0]?.name, parts[1]?.name?.length, parts[2]?.name]).toEqual([undefined, expect.any(Number), 'a'])
    expect(parts[1]?.name?.length).toBeLessThanOrEqual(1000)
  })

  it('has so many parts and no more', async () => {
    const body = latin1(Array.from({ length: 101 }, (_, i) => part(`f${i}`, '')).join('') + closing)
    await expect(read(body)).rejects.toMatchObject({ code: 'malformed_multipart' })
  })

  it('is not searched again and again for a delimiter that never comes', async () => {
    const began = performance.now()
    await read(Buffer.concat([latin1(part('a', '').slice(0, -2)), Buffer.alloc(20_000_000, '\r\n--')]), [65_536], false)
    expect(performance.now() - began).toBeLessThan(3000)
  })
})
