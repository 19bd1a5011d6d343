import { encode } from '@jridgewell/sourcemap-codec'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SymbolError } from '../errors.ts'
import { openSourceMap } from './open-source-map.ts'
import { originalFrames } from './script-frames.ts'
import { findSourceMapUrl, scriptPath } from './script-path.ts'

const source = 'export function total(cart) {\n  return sum(cart.items)\n}\nfunction sum(items) {\n  return items.map(price)\n}\n'
/** One line of script; `total` became t, `sum` became s. */
const map = {
  version: 3,
  file: 'app.js',
  sourceRoot: '/src/',
  sources: ['cart.ts', 'vendor.ts'],
  sourcesContent: [source, null],
  names: ['total', 'sum'],
  ignoreList: [1],
  mappings: encode([
    [
      [0, 0, 0, 0],
      [30, 0, 1, 9, 1],
      [60, 0, 4, 9],
      [90, 1, 6, 2, 0],
    ],
  ]),
}
const text = JSON.stringify(map)
const code = (input: string): string => {
  try {
    openSourceMap(input)
    return 'opened'
  } catch (error) {
    return error instanceof SymbolError ? error.code : String(error)
  }
}

describe('a source map', () => {
  test('leads from a place in the script to the source, in counts from 1', () => {
    const opened = openSourceMap(text)
    expect(opened.file).toBe('app.js')
    expect(opened.lookup({ line: 1, column: 35 })).toEqual({ source: '/src/cart.ts', line: 2, column: 10, name: 'sum', ignored: false })
    expect(opened.lookup({ line: 1, column: 95 })).toMatchObject({ source: '/src/vendor.ts', ignored: true })
    expect(opened.lookup({ line: 7, column: 1 })).toBeUndefined()
    expect(opened.lookup({ line: 0, column: 1 })).toBeUndefined()
    expect(opened.lookup({ line: 1, column: 0.5 })).toBeUndefined()
  })

  test('shows the lines around a place, as far as it has them', () => {
    const opened = openSourceMap(text)
    expect(opened.excerpt('/src/cart.ts', 2, 1)).toEqual({ firstLine: 1, lines: source.split('\n').slice(0, 3) })
    expect(opened.excerpt('/src/cart.ts', 6, 2)).toEqual({ firstLine: 4, lines: source.split('\n').slice(3) })
    expect(opened.excerpt('/src/cart.ts', 99, 2)).toBeUndefined()
    expect(opened.excerpt('/src/vendor.ts', 1, 2)).toBeUndefined()
  })

  test('of sections is one map', () => {
    const sectioned = {
      version: 3,
      sections: [
        { offset: { line: 0, column: 0 }, map },
        { offset: { line: 5, column: 0 }, map },
      ],
    }
    expect(openSourceMap(JSON.stringify(sectioned)).lookup({ line: 6, column: 35 })).toMatchObject({ source: '/src/cart.ts', line: 2 })
  })

  test.each([
    [{ debugId: '85314830-023f-4cf1-a267-535f4e37bb17' }, '85314830023F4CF1A267535F4E37BB17'],
    [{ debug_id: '85314830023f4cf1a267535f4e37bb17' }, '85314830023F4CF1A267535F4E37BB17'],
    [{ debugId: '00000000-0000-0000-0000-000000000000' }, undefined],
    [{ debugId: 7 }, undefined],
  ])('with %j has the debug id %s', (more, expected) => {
    expect(openSourceMap(JSON.stringify({ ...map, ...more })).debugId).toBe(expected)
  })

  test('may begin with the line that keeps it from being run', () => {
    expect(code(`)]}'\n${text}`)).toBe('opened')
  })

  test.each(['', 'x', '[]', '{}', '7', '{"mappings":7}', '{"version":3,"sources":[],"names":[],"mappings":7}', '{"sections":[{}]}'])(
    'is not made of %j',
    (input) => {
      expect(code(input)).toBe('bad_source_map')
    },
  )

  test('of any JSON is opened or refused with its own error', () => {
    const anyMap = fc.record({
      version: fc.constant(3),
      sources: fc.jsonValue(),
      names: fc.jsonValue(),
      mappings: fc.oneof(fc.jsonValue(), fc.string()),
    })
    fc.assert(
      fc.property(anyMap, fc.nat(), fc.nat(), (value, line, column) => {
        try {
          const opened = openSourceMap(JSON.stringify(value))
          const found = opened.lookup({ line, column })
          if (found !== undefined) opened.excerpt(found.source, found.line, 2)
        } catch (error) {
          expect(error).toBeInstanceOf(SymbolError)
        }
      }),
    )
  })
})

describe('frames', () => {
  const frame = (name: string | null, column: number) => ({ function: name, url: 'https://h/app.js', line: 1, column })

  test('get place, lines and the name by which the next frame called them', () => {
    const opened = openSourceMap(text)
    const frames = originalFrames([frame('s', 61), frame('Object.t', 31), frame(null, 1)], () => opened)
    expect(frames.map((found) => found && [found.function, found.source, found.line])).toEqual([
      ['sum', '/src/cart.ts', 5],
      ['Object.t', '/src/cart.ts', 2],
      [null, '/src/cart.ts', 1],
    ])
    expect(frames[0]?.excerpt?.lines[2]).toBe('  return items.map(price)')
  })

  test('keep a name that nobody shortened, and are left out without a map', () => {
    const opened = openSourceMap(text)
    const frames = originalFrames([frame('render', 61), frame('s', 31), frame('x', 1)], ({ function: name }) =>
      name === 'x' ? undefined : opened,
    )
    expect(frames.map((found) => found?.function)).toEqual(['render', 's', undefined])
  })
})

describe('the path of a script', () => {
  test.each([
    ['https://h:8443/assets/app(1).min.js?v=2#x', 'assets/app(1).min.js'],
    ['https://h/a/../b/%C3%A4.mjs', 'a/b/ä.mjs'],
    ['app://main/dist/renderer.js', 'dist/renderer.js'],
    ['file:///C:/app/main.cjs', 'C:/app/main.cjs'],
    ['C:\\app\\main.js', 'app/main.js'],
    ['https://h/%zz.js', '%zz.js'],
    ['https://h/cart', undefined],
    ['https://h/', undefined],
  ])('of %s is %s', (url, expected) => {
    expect(scriptPath(url)).toBe(expected)
  })
})

test('the last address of a map in a script is its own', () => {
  expect(findSourceMapUrl('x("\n//# sourceMappingURL=a.map")\ny()\n//# sourceMappingURL=app.js.map\n')).toBe('app.js.map')
  expect(findSourceMapUrl('//# sourceMappingURL=only.map')).toBe('only.map')
  expect(findSourceMapUrl('y()')).toBeUndefined()
})
