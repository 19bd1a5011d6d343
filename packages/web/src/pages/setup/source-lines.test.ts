import { expect, test } from 'vitest'
import { linesOfSources, sourcesOfLines } from './source-lines.ts'

test('sources are read as they are written', () => {
  const lines = [
    'electron',
    'Our own breakpad https://symbols.example/a/ private electron',
    'Other debuginfod http://10.0.0.1:8002/',
    'no such preset',
  ]
  const sources = sourcesOfLines(lines)
  expect(sources).toEqual([
    { preset: 'electron' },
    { name: 'Our own', layout: 'breakpad', url: 'https://symbols.example/a/', allowPrivate: true, renamedElectron: true },
    { name: 'Other', layout: 'debuginfod', url: 'http://10.0.0.1:8002/', allowPrivate: false },
    { preset: 'no such preset' },
  ])
  expect(linesOfSources(sources)).toEqual(lines)
})
