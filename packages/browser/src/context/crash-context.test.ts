import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { CrashContext, type CrashReportContext } from './crash-context.ts'
import { entryBytes, wellFormed } from './json-bytes.ts'

/** A browser's own, as measured on Chromium 156: one initialize, and an entry too many erases the former one of its key. */
class Chromium implements CrashReportContext {
  readonly entries = new Map<string, string>()
  #length: number | undefined
  #isCalled = false

  async initialize(length: number): Promise<void> {
    if (this.#isCalled) throw new DOMException('again', 'InvalidStateError')
    this.#isCalled = true
    if (length > 65_536) throw new DOMException('too large', 'NotAllowedError')
    await Promise.resolve()
    this.#length = length
  }

  set(key: string, value: string): void {
    if (this.#length === undefined) throw new DOMException('not yet', 'InvalidStateError')
    this.entries.delete(key)
    const bytes = [...this.entries, [key, value] as const].reduce((sum, [name, text]) => sum + entryBytes(name, text), 1)
    if (bytes > this.#length) throw new DOMException('full', 'NotAllowedError')
    this.entries.set(key, value)
  }

  delete(key: string): void {
    if (this.#length === undefined) throw new DOMException('not yet', 'InvalidStateError')
    this.entries.delete(key)
  }
}

describe('a crash context', () => {
  test('keeps what was set before the browser is ready, and hands it over then', async () => {
    const native = new Chromium()
    const context = new CrashContext(() => native)
    context.set('phase', 'start')
    expect(native.entries.size).toBe(0)
    expect(await context.initialize()).toBe(true)
    expect([...native.entries]).toEqual([['phase', 'start']])
    expect(await context.initialize()).toBe(true)
  })

  test('can be read', () => {
    const context = new CrashContext()
    context.set('a', 1)
    context.set('b', null)
    context.delete('a')
    context.identify({ release: 'shop@2.0.0', environment: 'test', user: 'u1' })
    expect(context.entries()).toEqual([
      ['b', 'null'],
      ['release', 'shop@2.0.0'],
      ['environment', 'test'],
      ['user', 'u1'],
    ])
    expect([context.get('b'), context.get('a'), context.size]).toEqual(['null', undefined, 4])
    expect(context.bytes).toBe(JSON.stringify(Object.fromEntries(context.entries())).length)
  })

  test('never throws, whatever it is given', async () => {
    const context = new CrashContext(() => {
      throw new Error('a window that is gone')
    })
    const hostile = {
      toString: () => {
        throw new Error('no')
      },
    }
    expect(await context.initialize(Number.NaN)).toBe(false)
    expect(() => [Symbol('x'), hostile, undefined, () => 1].map((value) => context.set('k', value))).not.toThrow()
    expect(await new CrashContext().initialize()).toBe(false)
  })

  test('repairs halves of characters', () => {
    const context = new CrashContext()
    context.set('a\ud83d', 'b\ude00c\ud83d\ude00')
    expect(context.entries()).toEqual([['a\ufffd', 'b\ufffdc\ud83d\ude00']])
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 0xffff })).map((units) => String.fromCharCode(...units)),
        (text) => wellFormed(text).isWellFormed(),
      ),
    )
  })

  test('drops the oldest breadcrumbs before it refuses anything, and keeps the former value of what it refuses', async () => {
    const native = new Chromium()
    const context = new CrashContext(() => native)
    await context.initialize(1000)
    context.set('phase', 'cart')
    for (let step = 0; step < 50; step++) context.addBreadcrumb(`step ${step}`)
    const crumbs = () => (context.get('breadcrumbs') ?? '').split('\n')
    expect(crumbs().at(-1)).toContain('step 49')
    expect(context.bytes).toBeLessThanOrEqual(1000)
    const before = crumbs().length
    expect(context.set('big', 'x'.repeat(500))).toBe(true)
    expect(crumbs().length).toBeLessThan(before)
    expect(crumbs().at(-1)).toContain('step 49')
    expect(context.set('phase', 'y'.repeat(2000))).toBe(false)
    expect(context.get('phase')).toBe('cart')
    context.flush()
    expect(Object.fromEntries(native.entries)).toEqual(Object.fromEntries(context.entries()))
  })

  test('uses the memory of another library that was first, as far as it goes', async () => {
    const native = new Chromium()
    await native.initialize(400)
    native.set('theirs', 'z'.repeat(200))
    const context = new CrashContext(() => native)
    expect(await context.initialize()).toBe(true)
    context.set('phase', 'cart')
    context.flush()
    for (let step = 0; step < 5; step++) context.addBreadcrumb(`step ${step}`)
    context.set('phase', 'paid')
    context.set('big', 'x'.repeat(300))
    context.flush()
    expect(native.entries.get('theirs')).toBe('z'.repeat(200))
    expect(native.entries.get('phase')).toBe('paid')
    expect(native.entries.has('big')).toBe(false)
  })

  test('waits for another library whose initialize is under way', async () => {
    vi.useFakeTimers()
    try {
      const native = new Chromium()
      const ready = vi.spyOn(native, 'set')
      void native.initialize(1000)
      const context = new CrashContext(() => native)
      context.set('phase', 'cart')
      void context.initialize()
      await vi.advanceTimersByTimeAsync(10_000)
      expect(native.entries.get('phase')).toBe('cart')
      expect(ready.mock.calls.length).toBeLessThan(8)
    } finally {
      vi.useRealTimers()
    }
  })

  test('tells a browser at most every 50 ms, at once after a pause', async () => {
    vi.useFakeTimers()
    try {
      const native = new Chromium()
      const context = new CrashContext(() => native)
      await context.initialize()
      const sets = vi.spyOn(native, 'set')
      await vi.advanceTimersByTimeAsync(100)
      for (let index = 0; index < 1000; index++) context.set('n', index)
      expect(native.entries.get('n')).toBe('0')
      await vi.advanceTimersByTimeAsync(50)
      expect(native.entries.get('n')).toBe('999')
      expect(sets).toHaveBeenCalledTimes(2)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a frame forwards to the context of its page', async () => {
    const native = new Chromium()
    const top = new CrashContext(() => native)
    const frame = new CrashContext(() => top)
    await top.initialize()
    await frame.initialize()
    frame.set('frame', 'checkout')
    frame.flush()
    top.flush()
    expect(top.get('frame')).toBe('checkout')
    expect(native.entries.get('frame')).toBe('checkout')
  })

  test('counts what it holds exactly, whatever happens to it', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', '<', '>', '"', '\n', '\u0000', 'é', '😀', '\u2028'), maxLength: 40 })
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', '<', 'breadcrumbs'), texts, fc.boolean())), (steps) => {
        const context = new CrashContext()
        for (const [key, value, isCrumb] of steps) {
          if (isCrumb) context.addBreadcrumb(value)
          else if (value === '') context.delete(key)
          else context.set(key, value)
        }
        const json = JSON.stringify(Object.fromEntries(context.entries())).replace(/[<>]/g, '\\u0000')
        expect(context.bytes).toBe(new TextEncoder().encode(json).length)
      }),
    )
  })
})
