import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { app, identityOf } from './app.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-app-'))
mkdirSync(join(folder, 'dist/deep'), { recursive: true })
afterAll(() => rmSync(folder, { recursive: true }))

test('a program is called as its package.json says, past one that names nothing', () => {
  writeFileSync(join(folder, 'package.json'), '{"name":"the-app","productName":"The App","version":"3.2.1"}')
  writeFileSync(join(folder, 'dist/package.json'), '{"type":"module"}')
  expect(identityOf(join(folder, 'dist/deep/main.js'))).toEqual({ name: 'The App', version: '3.2.1' })
  writeFileSync(join(folder, 'package.json'), '{"name":"the-app"}')
  expect(identityOf(join(folder, 'main.js'))).toEqual({ name: 'the-app', version: '0.0.0' })
})

test('a path must be absolute and one that there is', () => {
  expect(() => app.setPath('temp', 'relative')).toThrow('Path must be absolute')
  expect(() => app.setPath('nothing' as 'temp', '/x')).toThrow('Failed to set path')
  expect(() => app.getPath('nothing' as 'temp')).toThrow("Failed to get 'nothing' path")
})
