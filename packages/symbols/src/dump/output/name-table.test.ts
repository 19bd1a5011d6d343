import { expect, test } from 'vitest'
import { Damage } from '../problem.ts'
import { NameTable } from './name-table.ts'

test('equal names have one number, in the order of their arrival', () => {
  const names = new NameTable()
  const ids = Array.from({ length: 10_000 }, (_, index) => names.add(`name ${index % 5000}`))
  expect(ids.slice(0, 3)).toEqual([0, 1, 2])
  expect(ids[7000]).toBe(2000)
  expect(names.count).toBe(5000)
  expect(names.get(4321)).toBe('name 4321')
})

test('an empty name and letters of all scripts are names', () => {
  const names = new NameTable()
  expect([names.add(''), names.add('größe→'), names.add('')]).toEqual([0, 1, 0])
  expect([names.get(0), names.get(1)]).toEqual(['', 'größe→'])
})

test('the same long name again and again is work that has an end', () => {
  const names = new NameTable()
  const long = new Uint8Array(150_000).fill(0x61)
  expect(() => {
    for (let time = 0; time < 1000; time++) names.addBytes(long, 0, long.length)
  }).toThrow(Damage)
})
