import { expect, test } from 'vitest'
import { judgeDeath } from './judge-death.ts'
import type { PageRecord } from './page-record.ts'

const record: PageRecord = { page: 'p', state: 'live', visible: true, url: 'https://a.example/', userAgent: '', context: {}, at: 0 }
const hidden = { ...record, visible: false }
const elsewhere = { sameTab: false, wasDiscarded: false, isMobile: false }

test('a page that was looked at and ended without a word crashed', () => {
  expect(judgeDeath(record, elsewhere)).toBe('crash')
  expect(judgeDeath(record, { ...elsewhere, wasDiscarded: undefined, isMobile: true })).toBe('crash')
})

test.each(['leaving', 'cached', 'frozen'] as const)('a page that was %s did not', (state) => {
  expect(judgeDeath({ ...record, state }, elsewhere)).toBe('discarded')
})

test('a hidden page on a phone was put away, as one of a browser that says nothing about that', () => {
  expect(judgeDeath(hidden, { ...elsewhere, isMobile: true })).toBe('evicted')
  expect(judgeDeath(hidden, { ...elsewhere, wasDiscarded: undefined })).toBe('evicted')
})

test('a hidden page of Chromium is judged when its tab is looked at again', () => {
  expect(judgeDeath(hidden, elsewhere)).toBe('wait')
  expect(judgeDeath(hidden, { ...elsewhere, sameTab: true })).toBe('crash')
  expect(judgeDeath(hidden, { ...elsewhere, sameTab: true, wasDiscarded: true })).toBe('discarded')
})
