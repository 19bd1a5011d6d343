import { expect, test } from 'vitest'
import { nodeDemangler } from './read-demangler.ts'

test('the demangler of this process is made once, from the installed package', () => {
  expect(nodeDemangler()('_Z1fi')).toBe('f(int)')
  expect(nodeDemangler()).toBe(nodeDemangler())
})
