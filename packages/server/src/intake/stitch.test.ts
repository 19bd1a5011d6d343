import { describe, expect, it } from 'vitest'
import { stitchFields } from './stitch.ts'

const stitch = (fields: Record<string, string>) => Object.fromEntries(stitchFields(new Map(Object.entries(fields))))

describe('split values', () => {
  it('are joined in the order of their numbers, not of their arrival', () => {
    expect(stitch({ k__2: 'b', a: 'x', k__1: 'a', k__3: 'c', k__10: 'no' })).toEqual({ a: 'x', k: 'abc', k__10: 'no' })
  })
  it('stay apart where the plain name came too', () => {
    expect(stitch({ k: 'plain', k__1: 'a', k__2: 'b' })).toEqual({ k: 'plain', k__1: 'a', k__2: 'b' })
  })
  it('end at a gap', () => {
    expect(stitch({ k__1: 'a', k__3: 'c' })).toEqual({ k: 'a', k__3: 'c' })
  })
  it('of a hundred and sixty pieces give the whole 20,320 bytes', () => {
    const pieces = Object.fromEntries(Array.from({ length: 160 }, (_, i) => [`k__${i + 1}`, 'x'.repeat(127)]))
    expect(stitch(pieces).k?.length).toBe(20_320)
  })
})
