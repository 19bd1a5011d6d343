import { describe, expect, it } from 'vitest'
import { bytes, counted, share } from './number.ts'

describe('bytes', () => {
  it('never shows four digits of a unit', () => {
    expect([0, 999, 1000, 51_648, 999_499, 999_600, 412_000_000, 2e13].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '52 kB',
      '999 kB',
      '1.0 MB',
      '412 MB',
      '20 TB',
    ])
  })
})

describe('share', () => {
  it('is all of them only when none is missing', () => {
    expect([1, 0.999_999, 0.5, 0].map(share)).toEqual(['100 %', '99.99 %', '50.00 %', '0.00 %'])
  })
})

describe('counted', () => {
  it('knows one from many', () => {
    expect([counted(1, 'frame'), counted(0, 'frame'), counted(1204, 'entry', 'entries')]).toEqual(['1 frame', '0 frames', '1,204 entries'])
  })
})
