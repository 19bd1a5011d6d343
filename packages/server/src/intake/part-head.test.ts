import { expect, it } from 'vitest'
import { decodeText, readPartHead } from './part-head.ts'

const read = (...lines: string[]) => readPartHead(Buffer.from(lines.join('\r\n')), 10)
const disposition = (rest: string) => read(`Content-Disposition: form-data; ${rest}`)

it.each([
  ['name="a"', 'a', undefined],
  ['name=a; filename=x.dmp', 'a', 'x.dmp'],
  ['filename="x.dmp"; name="a"', 'a', 'x.dmp'],
  ['NAME="a;b=c"', 'a;b=c', undefined],
  ['name="say \\"hi\\""; filename="C:\\Users\\anna\\x.dmp"', 'say "hi"', 'C:\\Users\\anna\\x.dmp'],
  ['name="a"; filename="C:\\\\x"', 'a', 'C:\\x'],
  ['name="a"; filename="plain"; filename*=UTF-8\'\'%C3%A9t%C3%A9.dmp', 'a', 'été.dmp'],
  ['name="a"; filename*=iso-8859-1\'\'caf%E9', 'a', 'café'],
  ['name="été"', 'été', undefined],
  ['name=""', '', undefined],
  ['name="unclosed', 'unclosed', undefined],
  ['filename="x"', undefined, 'x'],
])('%s', (text, name, fileName) => {
  expect(disposition(text)).toMatchObject({ name, fileName })
})

it('reads the type without its parameters, and the charset', () => {
  const head = read('content-disposition:form-data;name=a', 'Content-Type: Text/Plain; charset="ISO-8859-1"')
  expect(head).toEqual({ name: 'a', fileName: undefined, contentType: 'text/plain', charset: 'ISO-8859-1' })
})

it('reads folded lines, and no more lines than it may', () => {
  expect(read('Content-Disposition: form-data;', ' name="a"').name).toBe('a')
  expect(read(...Array(10).fill('X: y'), 'Content-Disposition: form-data; name="a"').name).toBeUndefined()
})

it('finds no name where the disposition is of something else', () => {
  expect(read('Content-Disposition: attachment; name="a"').name).toBeUndefined()
  expect(read('').name).toBeUndefined()
})

it('decodes by the charset that is named, else as UTF-8', () => {
  const bytes = Buffer.from('é', 'latin1')
  expect([decodeText(bytes, 'latin1'), decodeText(Buffer.from('é'), undefined), decodeText(Buffer.from('é'), 'klingon')]).toEqual([
    'é',
    'é',
    'é',
  ])
})
