import { describe, expect, it } from 'vitest'
import { parseRoute, pathTo, type Route, safeNext } from './route.ts'

describe('parseRoute', () => {
  const routes: readonly Route[] = [
    { page: 'home' },
    { page: 'login' },
    { page: 'groups', project: 'default' },
    { page: 'group', project: 'my app', id: 'a/b' },
    { page: 'report', project: 'default', id: '019a3f' },
    { page: 'symbols', project: 'default' },
    { page: 'intake', project: 'default' },
    { page: 'settings', project: 'default' },
  ]
  it.each(routes)('reads back the path of $page', (route) => {
    expect(parseRoute(pathTo(route))).toEqual(route)
  })
  it.each(['/p', '/x/y', '/p/a/g', '/p/a/r/1/2', '/login/x', '/p/%E0%A4%A/g/1'])('finds nothing at %s', (path) => {
    expect(parseRoute(path)).toEqual({ page: 'not-found', path })
  })
})

describe('safeNext', () => {
  it('goes back to pages of ours, with their query', () => {
    expect(safeNext('/p/default?state=all')).toBe('/p/default?state=all')
  })
  it.each([null, '//evil.example', 'https://evil.example', '/\\evil.example', '/nowhere', 'javascript:alert(1)'])(
    'never follows %s',
    (next) => {
      expect(safeNext(next)).toBe('/')
    },
  )
})
