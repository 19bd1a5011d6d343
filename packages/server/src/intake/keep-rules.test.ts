import { expect, it } from 'vitest'
import type { KeepRule } from '../api/project-settings.ts'
import type { Submission } from '../dialect/submission.ts'
import { droppingRule } from './keep-rules.ts'

const rule = (given: Partial<KeepRule>): KeepRule => ({
  name: 'r',
  field: 'channel',
  operator: 'equals',
  value: 'nightly',
  keepPercent: 0,
  ...given,
})
const submission = (fields: Record<string, string>): Submission => ({
  kind: 'minidump',
  dialect: 'crashpad',
  fields: new Map(Object.entries(fields)),
  files: [],
  receivedAt: 0,
  aliases: [],
  sender: { userAgent: 'Crashpad/0.8.0', address: '192.0.2.7' },
  problems: [],
})
const never = () => 0.999
const drops = (rules: KeepRule[], fields: Record<string, string>, chance = never) => droppingRule(rules, submission(fields), chance)?.name

it('keeps what matches no rule', () => {
  expect(drops([], { channel: 'nightly' })).toBeUndefined()
  expect(drops([rule({})], { channel: 'stable' })).toBeUndefined()
  expect(drops([rule({})], {})).toBeUndefined()
})

it('lets the first rule that matches decide', () => {
  const rules = [rule({ name: 'keep_beta', value: 'beta', keepPercent: 100 }), rule({ name: 'all', field: null, keepPercent: 0 })]
  expect(drops(rules, { channel: 'beta' })).toBeUndefined()
  expect(drops(rules, { channel: 'nightly' })).toBe('all')
})

it('compares names and values without regard to case', () => {
  expect(drops([rule({ field: 'CHANNEL' })], { Channel: 'Nightly' })).toBe('r')
  expect(drops([rule({ operator: 'contains', value: 'GHT' })], { channel: 'nightly' })).toBe('r')
  expect(drops([rule({ operator: 'absent' })], {})).toBe('r')
  expect(drops([rule({ operator: 'absent' })], { channel: '' })).toBeUndefined()
})

it('knows how a report came and from whom', () => {
  expect(drops([rule({ field: '@kind', value: 'minidump' })], { '@kind': 'browser' })).toBe('r')
  expect(drops([rule({ field: '@user-agent', operator: 'contains', value: 'crashpad' })], {})).toBe('r')
  expect(drops([rule({ field: '@address', value: '192.0.2.7' })], {})).toBe('r')
})

it('keeps the wanted share of what matches', () => {
  const tenth = [rule({ keepPercent: 10 })]
  expect(drops(tenth, { channel: 'nightly' }, () => 0.0999)).toBeUndefined()
  expect(drops(tenth, { channel: 'nightly' }, () => 0.1)).toBe('r')
  expect(drops([rule({ keepPercent: 0 })], { channel: 'nightly' }, () => 0)).toBe('r')
})
