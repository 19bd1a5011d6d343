import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ProcessedBrowserCrash } from '../api/schema.ts'
import { analyseError } from './analyse-error.ts'
import { mainFile, taskKind } from './main-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-error-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function analyse(content: unknown) {
  const inputPath = join(folder, 'report')
  writeFileSync(inputPath, typeof content === 'string' ? content : JSON.stringify(content))
  const task = { kind: 'error' as const, inputPath, outputPath: '', fields: [], now: 0, receivedAt: 0 }
  const { summary, header, crashJson } = await analyseError(task, async (modules) => modules.map(() => null))
  return { summary, header, crash: JSON.parse(crashJson) as ProcessedBrowserCrash }
}

describe('an error that a client caught', () => {
  it('is signed by its class and first named function, with its causes and breadcrumbs beside it', async () => {
    const { summary, header, crash } = await analyse({
      error: {
        type: 'TypeError',
        message: 'x is not a function',
        handled: false,
        frames: [{ function: 'Cart.total', url: '/app/cart.js', line: 42, column: 7 }],
        causes: [{ type: 'Error', message: 'no card', frames: [] }],
        breadcrumbs: [{ type: 'console', at: null, body: { message: 'hi' } }],
      },
    })
    expect(summary).toMatchObject({ signature: 'TypeError | Cart.total (cart.js)', reason: 'TypeError: x is not a function' })
    expect(header.sentence).toBe('An error was thrown and not caught in `Cart.total` (cart.js:42): TypeError: x is not a function.')
    expect(crash).toMatchObject({
      kind: 'javascript',
      stack: [{ function: 'Cart.total', raw: 'Cart.total (/app/cart.js:42:7)' }],
      extra: { handled: false, causes: [{ reason: 'Error: no card' }] },
      neighbours: [{ type: 'console', body: { message: 'hi' } }],
    })
  })

  it('gets its frames from the text where the client sent that', async () => {
    const { summary, crash } = await analyse({
      error: { type: 'Error', message: 'boom', stackText: 'Error: boom\n    at pay (/app/shop.js:3:7)' },
    })
    expect(crash.stack).toMatchObject([{ function: 'pay', line: 3, column: 7 }])
    expect(summary.signature).toBe('Error | pay (shop.js)')
  })

  it('is unreadable where its file is none of ours, and survives nonsense inside', async () => {
    await expect(analyse('no json')).rejects.toThrow('not JSON')
    await expect(analyse({ other: 1 })).rejects.toThrow('no error')
    const { crash } = await analyse({ error: { frames: [null, 3, { line: 'x' }], causes: 'no', breadcrumbs: [7] } })
    expect(crash.stack).toHaveLength(3)
  })

  it('is told from a dump by its file', () => {
    const report = { name: 'report', contentType: 'application/json' }
    const files = [{ name: 'log' }, report, { name: 'upload_file_minidump' }]
    expect([mainFile('javascript', files), mainFile('minidump', files), mainFile('native', files)]).toEqual([1, 2, 1])
    expect([
      taskKind('javascript', report),
      taskKind('browser', report),
      taskKind('minidump', report),
      taskKind('native', files[2]),
    ]).toEqual(['error', 'browser', 'minidump', 'minidump'])
  })
})
