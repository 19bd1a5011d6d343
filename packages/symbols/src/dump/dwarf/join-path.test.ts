import { expect, test } from 'vitest'
import { joinPath } from './join-path.ts'

test.each([
  ['/build', 'a.c', '/build/a.c'],
  ['/build/', './b/../a.c', '/build/a.c'],
  ['/build', '/usr/include/x.h', '/usr/include/x.h'],
  ['./csu', '../sysdeps/x.c', 'sysdeps/x.c'],
  ['', '../../x.c', '../../x.c'],
  ['/', '../../x.c', '/x.c'],
  ['C:\\src', 'a.c', 'C:\\src\\a.c'],
  ['C:/src', 'a.c', 'C:/src/a.c'],
  ['/build', 'C:\\src\\a.c', 'C:\\src\\a.c'],
  ['/build', '', '/build'],
])('%s and %s are %s', (directory, name, path) => {
  expect(joinPath(directory, name)).toBe(path)
})
