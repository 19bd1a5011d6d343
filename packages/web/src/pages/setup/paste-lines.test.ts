import { describe, expect, it } from 'vitest'
import { pasteLines, sameOriginIngest } from './paste-lines.ts'

describe('pasteLines', () => {
  it('has the address of the project in every line to paste', () => {
    const url = 'https://crash.example/i/0123456789abcdef0123456789abcdef'
    expect(pasteLines(url).filter(({ code }) => !code.includes(url))).toEqual([])
  })
})

describe('sameOriginIngest', () => {
  it('uses the way by which the page itself was reached', () => {
    expect(sameOriginIngest('http://0.0.0.0:8080/i/abc', 'https://crash.example')).toBe('https://crash.example/i/abc')
  })
})
