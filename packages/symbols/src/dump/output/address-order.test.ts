import { expect, test } from 'vitest'
import { addressOrder } from './address-order.ts'
import { Doubles } from './number-list.ts'

function ordered(...addresses: number[]): number[] {
  const list = new Doubles()
  for (const address of addresses) list.push(address)
  return [...addressOrder(list)]
}

test('orders by address and keeps the order of equal ones', () => {
  expect(ordered(5, 1, 5, 0, 1)).toEqual([3, 1, 4, 0, 2])
  expect(ordered()).toEqual([])
})

test('all 32 bits count', () => {
  expect(ordered(0xffff_ffff, 0x1_0000, 0xffff, 0x8000_0000, 0x1_ffff, 0x1_0000)).toEqual([2, 1, 5, 4, 3, 0])
})

test('the largest and negative addresses are in order, too', () => {
  expect(ordered(2 ** 52, 7, 2 ** 52, 3)).toEqual([3, 1, 0, 2])
  expect(ordered(1, -(2 ** 40), 0)).toEqual([1, 2, 0])
})
