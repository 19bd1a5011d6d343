import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SpoolFiles } from '../spool/spool-files.ts'
import { intakeLimits } from './limits.ts'
import { MemoryBudget } from './memory-budget.ts'
import { readPieces, type TakePieces } from './piece-upload.ts'

let folder: string
let files: SpoolFiles
let next = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crashkeep-pieces-'))
  files = await SpoolFiles.open(join(folder, 'files'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const read = (body: Buffer, take: TakePieces, limits: Partial<typeof intakeLimits> = {}) => {
  const id = `report${next++}`
  return readPieces(
    { stream: Readable.from([body]), contentEncoding: undefined, contentLength: undefined },
    {
      limits: { ...intakeLimits, ...limits },
      budget: new MemoryBudget(intakeLimits.bufferedBytes),
      openFile: (index) => files.create(id, index),
    },
    take,
  )
}

describe('a body that is no form', () => {
  it('becomes files and fields as its dialect takes it apart, a packed dump unpacked', async () => {
    const upload = await read(gzipSync(Buffer.from('MDMP and more')), async (body, pieces) => {
      pieces.fields.add('prod', 'Electron', false)
      await pieces.addFile({ name: 'upload_file_minidump' }, body)
    })
    expect([...upload.fields]).toEqual([['prod', 'Electron']])
    expect(upload.files[0]?.size).toBe(13)
    upload.release()
  })

  it('leaves nothing on the disk when its dialect refuses it', async () => {
    const taken = read(
      Buffer.alloc(100_000),
      async (body, pieces) => {
        await pieces.addFile({ name: 'a' }, body)
        throw new Error('refused')
      },
      { inlineFileBytes: 10 },
    )
    await expect(taken).rejects.toThrow('refused')
    expect(await readdir(files.folder)).toEqual([])
  })

  it('keeps as many files as a form may have', async () => {
    const take: TakePieces = async (_, pieces) => {
      for (const name of ['a', 'b', 'c']) await pieces.addFile({ name }, Readable.from([Buffer.from(name)]))
    }
    const upload = await read(Buffer.from('x'), take, { files: 2 })
    expect(upload.files.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(upload.problems.map(({ code }) => code)).toEqual(['too_many_files'])
  })

  it('is refused when it holds nothing', async () => {
    await expect(read(Buffer.from('x'), async () => undefined)).rejects.toMatchObject({ code: 'empty_body' })
  })
})
