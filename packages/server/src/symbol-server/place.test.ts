import { describe, expect, test } from 'vitest'
import { formOf, placeOf } from './place.ts'

const id = '0123456789ABCDEF0123456789ABCDEF1'

describe('addresses of symbols', () => {
  test.each([
    [`shop.pdb/${id}/shop.pdb`, { file: 'shop.pdb', id, name: 'shop.pdb' }],
    [`/shop.pdb//${id}/shop.pdb`, { file: 'shop.pdb', id, name: 'shop.pdb' }],
    [`web/shop.pdb/${id}/shop.pd_`, { project: 'web', file: 'shop.pdb', id, name: 'shop.pd_' }],
    [`sh/Shop.pdb/${id}/Shop.pdb`, { file: 'Shop.pdb', id, name: 'Shop.pdb' }],
    [`web/sh/shop.pdb/${id}/shop.pdb`, { project: 'web', file: 'shop.pdb', id, name: 'shop.pdb' }],
  ])('%s is found', (path, place) => expect(placeOf(path)).toEqual(place))

  test.each([
    '',
    'index2.txt',
    'pingme.txt',
    'web/index2.txt',
    `shop.pdb/${id}`,
    'shop.pdb/xyz/shop.pdb',
    `a/b/shop.pdb/${id}/shop.pdb`,
    `../../admin-token/${id}/x/y`,
    `${'x'.repeat(300)}/${id}/x`,
  ])('%s is none', (path) => expect(placeOf(path)).toBeUndefined())

  test.each([
    ['shop.pdb', 'shop.sym', 'sym'],
    ['shop.pdb', 'SHOP.PDB', 'original'],
    ['shop.pdb', 'shop.pd_', 'cabinet'],
    ['shop.exe', 'shop.ex_', 'cabinet'],
    ['shop.pdb', 'file.ptr', undefined],
    ['shop.pdb', 'other.pdb', undefined],
    ['_', '_', 'original'],
  ])('of %s, %s is %s', (file, name, form) => expect(formOf({ file, id, name })).toBe(form))
})
