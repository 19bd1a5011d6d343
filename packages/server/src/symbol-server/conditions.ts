/** What a request says about how it wants a file. Source: RFC 9110. */
import type { IncomingHttpHeaders } from 'node:http'

export interface ByteRange {
  readonly start: number
  readonly length: number
}

/** One range, from the file's beginning on; several, or what is no range, are not heeded: the whole file is an answer to each. */
export function rangeOf(headers: IncomingHttpHeaders, size: number, etag: string): ByteRange | 'outside' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  // Of a file that changed since the asker got its first half, it wants all.
  if (headers['if-range'] !== undefined && headers['if-range'] !== etag) return undefined
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'outside' : { start: size - length, length }
  }
  const start = Number(first)
  if (start >= size) return 'outside'
  const end = last === '' ? size : Math.min(Number(last) + 1, size)
  return end <= start ? undefined : { start, length: end - start }
}

/** Whether the asker has it already. */
export function isUnchanged(headers: IncomingHttpHeaders, etag: string): boolean {
  const held = headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, '')) ?? []
  return held.includes(etag) || held.includes('*')
}

export function acceptsGzip(header: string | string[] | undefined): boolean {
  return [header].flat().some((each) =>
    (each ?? '').split(',').some((coding) => {
      const [name = '', ...parameters] = coding.split(';').map((part) => part.trim().toLowerCase())
      return (name === 'gzip' || name === '*') && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    }),
  )
}
