import { expect, test } from 'vitest'
import { uploadLine } from './upload-line.ts'

const id = '0123456789ABCDEF0123456789ABCDEF0'

test.each([
  ['shop.pdb', id, 'crashkeep symbols upload --project web PATH/TO/shop.pdb'],
  ['C:\\build\\shop.pdb', id, 'crashkeep symbols upload --project web PATH/TO/shop.pdb'],
  ["it's; rm -rf", id, "crashkeep symbols upload --project web PATH/TO/'it'\\''s; rm -rf'"],
  ['static/app.js', 'RELEASE:2.0.0-RC.1', 'crashkeep symbols upload --project web --release 2.0.0-RC.1 PATH/TO/app.js.map'],
  ['app.js', 'RELEASE:$(x)', "crashkeep symbols upload --project web --release '$(x)' PATH/TO/app.js.map"],
  ['app.js', 'RELEASE:', 'crashkeep symbols upload --project web PATH/TO/app.js.map'],
])('the line for %s of %s can be pasted into a shell', (debugFile, debugId, line) => {
  expect(uploadLine('web', { debugFile, debugId })).toBe(line)
})
