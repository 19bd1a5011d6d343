import { expect, test, vi } from 'vitest'

test('there is one reporter in a process that has the module twice', async () => {
  const first = await import('./this-process.ts')
  vi.resetModules()
  const second = await import('./this-process.ts')
  expect(second.processReporter).not.toBe(first.processReporter)
  expect(second.processReporter()).toBe(first.processReporter())
})
