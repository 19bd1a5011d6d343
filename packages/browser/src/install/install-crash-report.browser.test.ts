/** The acceptance list of the standard's own tests, on the browser's own `crashReport` and on the installed one. */
import { afterEach, describe, expect, test } from 'vitest'
import { CrashContext } from '../context/crash-context.ts'
import { entryBytes } from '../context/json-bytes.ts'
import { installCrashReport } from './install-crash-report.ts'

interface Context {
  initialize(...given: unknown[]): Promise<undefined>
  set(...given: unknown[]): undefined
  delete(...given: unknown[]): undefined
}

const frames: HTMLIFrameElement[] = []
afterEach(() => {
  for (const frame of frames.splice(0)) frame.remove()
})

function newWindow(): { readonly realm: Window; readonly frame: HTMLIFrameElement } {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  frames.push(frame)
  const { contentWindow } = frame
  if (!contentWindow) throw new Error('The frame has no window.')
  return { realm: contentWindow, frame }
}

function contextOf(realm: Window): Context {
  // The standard's shape, whose behaviour is what is tested.
  return Reflect.get(realm, 'crashReport') as Context
}

const implementations = {
  "the browser's own": () => newWindow(),
  'the installed one': () => {
    const made = newWindow()
    Reflect.deleteProperty(made.realm, 'crashReport')
    expect(installCrashReport(made.realm)).toBe(true)
    return made
  },
}

const named = (name: string) => expect.objectContaining({ name })

for (const [title, make] of Object.entries(implementations)) {
  describe(`crashReport, ${title}`, () => {
    test('is null in a detached document, and what was kept of it refuses', async () => {
      const { realm, frame } = make()
      const context = contextOf(realm)
      frame.remove()
      expect(contextOf(realm)).toBeNull()
      await expect(context.initialize(1)).rejects.toEqual(named('InvalidStateError'))
      expect(() => context.set('a', 'b')).toThrow(named('InvalidStateError'))
      expect(() => context.delete('a')).toThrow(named('InvalidStateError'))
    })

    test.each([65_537, 5_000_000, -1])('refuses %i bytes, and every later initialize', async (length) => {
      const context = contextOf(make().realm)
      await expect(context.initialize(length)).rejects.toEqual(named('NotAllowedError'))
      await expect(context.initialize(64)).rejects.toEqual(named('InvalidStateError'))
    })

    test('is initialized once', async () => {
      const context = contextOf(make().realm)
      expect(await context.initialize(65_536)).toBeUndefined()
      await expect(context.initialize(64)).rejects.toEqual(named('InvalidStateError'))
    })

    test('takes nothing before initialize has resolved, and everything after', async () => {
      const context = contextOf(make().realm)
      expect(() => context.set('a', 'b')).toThrow(named('InvalidStateError'))
      const initialized = context.initialize(64)
      expect(() => context.set('a', 'b')).toThrow(named('InvalidStateError'))
      expect(() => context.delete('a')).toThrow(named('InvalidStateError'))
      await initialized
      expect(context.set('a', 'b')).toBeUndefined()
      expect(context.delete('a')).toBeUndefined()
      expect(context.delete('absent')).toBeUndefined()
    })

    test('refuses what does not fit, until something was deleted', async () => {
      const context = contextOf(make().realm)
      await context.initialize(64)
      context.set('k', 'x'.repeat(40))
      expect(() => context.set('l', 'y'.repeat(40))).toThrow(named('NotAllowedError'))
      context.delete('k')
      expect(context.set('l', 'y'.repeat(40))).toBeUndefined()
    })

    test.each([0, Number.NaN, 2 ** 64])('has no room after initialize(%d)', async (length) => {
      const context = contextOf(make().realm)
      await context.initialize(length)
      expect(() => context.set('a', 'b')).toThrow(named('NotAllowedError'))
    })

    test('converts its arguments as every interface does', async () => {
      const context = contextOf(make().realm)
      await expect(context.initialize()).rejects.toEqual(named('TypeError'))
      await context.initialize(1000)
      expect(() => context.set('k')).toThrow(named('TypeError'))
      expect(() => context.delete()).toThrow(named('TypeError'))
      expect(() => context.set('k', Symbol('s'))).toThrow(named('TypeError'))
      for (const value of [null, undefined, {}, 1]) expect(context.set('k', value)).toBeUndefined()
    })

    test('looks like every interface', async () => {
      const { realm } = make()
      const context = contextOf(realm)
      expect(contextOf(realm)).toBe(context)
      expect(Object.prototype.toString.call(context)).toBe('[object CrashReportContext]')
      expect([context.initialize.length, context.set.length, context.delete.length]).toEqual([1, 2, 1])
      const shape: object = Object.getPrototypeOf(context)
      expect(Object.keys(shape).sort()).toEqual(['delete', 'initialize', 'set'])
      expect(() => Reflect.apply(context.set, {}, ['a', 'b'])).toThrow(named('TypeError'))
      await expect(Reflect.apply(context.initialize, {}, [1])).rejects.toEqual(named('TypeError'))
      expect(() => Reflect.construct(Object(shape).constructor, [])).toThrow(named('TypeError'))
    })

    test('counts every character as this package does', async () => {
      const length = 4096
      const context = contextOf(make().realm)
      await context.initialize(length)
      for (const character of [
        'a',
        '<',
        '>',
        '&',
        '"',
        '\\',
        '/',
        '\n',
        '\b',
        '\u0000',
        '\u001f',
        '\u007f',
        'é',
        '\u2028',
        '\u2029',
        '\uffff',
        '😀',
      ]) {
        const fits = Math.floor((length - 1 - entryBytes('k', '')) / (entryBytes('', character) - entryBytes('', '')))
        expect(() => context.set('k', character.repeat(fits)), JSON.stringify(character)).not.toThrow()
        expect(() => context.set('k', character.repeat(fits + 1)), JSON.stringify(character)).toThrow(named('NotAllowedError'))
      }
    })

    test('takes everything that the safe context lets through', async () => {
      const { realm } = make()
      const context = new CrashContext(() => contextOf(realm))
      expect(await context.initialize(2000)).toBe(true)
      for (let index = 0; index < 200; index++) context.addBreadcrumb(`step <${index}> ${'é😀'.repeat(index % 7)}`)
      context.set('__proto__', '\ud83d<>&"')
      context.set('', 'empty')
      expect(context.set('k', 'x'.repeat(3000))).toBe(false)
      expect(() => context.flush()).not.toThrow()
      expect(context.bytes).toBeLessThanOrEqual(2000)
      // Whatever is left of the room is what the browser, too, has left.
      const left = 2000 - context.bytes - entryBytes('z', '')
      expect(() => contextOf(realm).set('z', 'y'.repeat(left + 1))).toThrow(named('NotAllowedError'))
      expect(() => contextOf(realm).set('z', 'y'.repeat(left))).not.toThrow()
    })
  })
}

test('installing leaves a browser alone that has it', () => {
  const { realm } = newWindow()
  const before = contextOf(realm)
  expect(installCrashReport(realm)).toBe(false)
  expect(contextOf(realm)).toBe(before)
})
