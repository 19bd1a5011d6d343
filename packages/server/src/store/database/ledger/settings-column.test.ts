import { expect, it } from 'vitest'
import { defaultSettings } from '../../../api/project-settings.ts'
import { readSettings } from './settings-column.ts'

it('reads an empty column as the defaults', () => {
  expect(readSettings('{}')).toEqual(defaultSettings)
  expect(readSettings('no json')).toEqual(defaultSettings)
})

it('keeps what it understands when something beside it is of another version', () => {
  const column = JSON.stringify({ dailyQuota: 5, rules: 'many', newer: 1, privacy: { dropAddress: true, newer: true } })
  expect(readSettings(column)).toEqual({ ...defaultSettings, dailyQuota: 5, privacy: { ...defaultSettings.privacy, dropAddress: true } })
})
