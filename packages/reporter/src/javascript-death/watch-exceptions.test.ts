import { describe, expect, test } from 'vitest'
import { currentStack } from './current-stack.ts'
import { describeDeath } from './watch-exceptions.ts'

describe('describeDeath', () => {
  test('has name, message, stack and code of an error', () => {
    const death = describeDeath(Object.assign(new RangeError('too far'), { code: 'E_FAR' }), 'uncaughtException')
    expect(Object.fromEntries(death)).toMatchObject({
      'js.origin': 'uncaughtException',
      'js.name': 'RangeError',
      'js.message': 'too far',
      'js.code': 'E_FAR',
    })
    expect(death.get('js.stack')).toContain('watch-exceptions.test')
  })

  test.each([
    [undefined, undefined],
    [null, 'null'],
    ['text', 'text'],
    [7, '7'],
    [Object.create(null), undefined],
  ])('takes %o, which is no error, as it is', (thrown, message) => {
    expect(describeDeath(thrown, 'unhandledRejection').get('js.message')).toBe(message)
  })

  test('an error whose getters throw is described by the rest', () => {
    const error = new Error('fine')
    Object.defineProperty(error, 'stack', {
      get() {
        throw new Error('not this one')
      },
    })
    const death = describeDeath(error, 'uncaughtException')
    expect(death.get('js.message')).toBe('fine')
    expect(death.has('js.stack')).toBe(false)
  })

  test('long texts are cut where Electron cuts values', () => {
    expect(describeDeath(new Error('x'.repeat(100_000)), 'uncaughtException').get('js.message')).toHaveLength(20_320)
  })
})

describe('currentStack', () => {
  test('is the stack of its caller, whatever the program made of Error.prepareStackTrace, which it does not call', () => {
    const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
    const limit = Error.stackTraceLimit
    let calls = 0
    Error.prepareStackTrace = () => {
      calls++
      return 'mine'
    }
    const mine = Error.prepareStackTrace
    try {
      const stack = (function outer() {
        return currentStack()
      })()
      expect(stack).toMatch(/^ {4}at outer /)
      expect([calls, Error.prepareStackTrace, Error.stackTraceLimit]).toEqual([0, mine, limit])
    } finally {
      if (before === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
      else Object.defineProperty(Error, 'prepareStackTrace', before)
    }
  })
})
