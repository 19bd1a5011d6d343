import { describe, expect, it } from 'vitest'
import { pasteLines, sameOriginIngest } from './paste-lines.ts'

describe('pasteLines', () => {
  it('has the address of the project in every line to paste', () => {
    const url = 'https://crash.example/i/0123456789abcdef0123456789abcdef'
    expect(pasteLines(url, 7).filter(({ code }) => !code.includes(url))).toEqual([])
  })

  it("has the address in the forms of other services' clients", () => {
    const lines = pasteLines('https://crash.example/i/0123456789abcdef0123456789abcdef', 7).at(-1)?.code
    expect(lines).toContain("'https://0123456789abcdef0123456789abcdef@crash.example/7'")
    expect(lines).toContain("'https://crash.example/post?format=json&token=0123456789abcdef0123456789abcdef'")
  })
})

describe('sameOriginIngest', () => {
  it('uses the way by which the page itself was reached', () => {
    expect(sameOriginIngest('http://0.0.0.0:8080/i/abc', 'https://crash.example')).toBe('https://crash.example/i/abc')
  })
})
