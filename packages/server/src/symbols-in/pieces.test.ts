import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { symbolLimits } from './limits.ts'
import { joinPieces, pieceKey, readPieceList } from './pieces.ts'
import { StagedFiles } from './staged-files.ts'
import { withUploadFolder } from './upload-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'crashkeep-pieces-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const staged = new StagedFiles(join(folder, 'staged'), () => Date.now(), symbolLimits)
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

let files = 0
async function put(bytes: Buffer, tokenId = 'ann', name = sha256(bytes)): Promise<string> {
  files += 1
  const path = join(folder, String(files))
  await writeFile(path, bytes)
  await staged.put(pieceKey(tokenId, name), { path, size: bytes.length })
  return name
}

const joined = (pieces: string[], tokenId = 'ann', encoding?: 'zstd') =>
  withUploadFolder(join(folder, 'tmp'), async (uploads) => {
    const list = encoding === undefined ? { pieces } : { pieces, encoding }
    const { path, name } = await joinPieces(staged, uploads, { tokenId, name: 'app.sym', list })
    return `${name}: ${await readFile(path, 'utf8')}`
  })

describe('pieces of a file', () => {
  it('become it in the order of their list, as often as that is sent', async () => {
    const [a, b] = [await put(Buffer.from('first ')), await put(Buffer.from('second '))]
    for (let time = 0; time < 2; time += 1) expect(await joined([b, a, b])).toBe('app.sym: second first second ')
  })

  it('are unpacked together', async () => {
    const packed = zstdCompressSync(Buffer.from('MODULE Linux'))
    const pieces = [await put(packed.subarray(0, 7)), await put(packed.subarray(7))]
    expect(await joined(pieces, 'ann', 'zstd')).toBe('app.sym: MODULE Linux')
    await expect(joined(pieces.toReversed(), 'ann', 'zstd')).rejects.toMatchObject({ code: 'bad_archive' })
  })

  it('are nobody else’s, and their lack is told', async () => {
    const piece = await put(Buffer.from('secret'))
    await expect(joined([piece], 'bob')).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/^1 piece/) })
  })

  it('that changed on the disk are asked for again', async () => {
    const piece = await put(Buffer.from('changed'), 'ann', sha256(Buffer.from('original')))
    await expect(joined([piece])).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('damaged') })
    expect(staged.has(pieceKey('ann', piece))).toBe(false)
  })

  it.each(['', '[]', '{}', '{"pieces":[]}', '{"pieces":["x"]}', '{"pieces":7}', `{"pieces":["${'a'.repeat(64)}"],"encoding":"br"}`])(
    'are listed otherwise than %s',
    (text) => {
      expect(() => readPieceList(text)).toThrow('The body is {"pieces"')
    },
  )
})
