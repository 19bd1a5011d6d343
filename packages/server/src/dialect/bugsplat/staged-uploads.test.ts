import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ServerError } from '../../errors.ts'
import type { Upload } from '../../intake/multipart.ts'
import { testProject } from '../collector-for-tests.ts'
import { placeOfUrl, StagedUploads } from './staged-uploads.ts'

const tenMinutesMs = 10 * 60_000
const other = { ...testProject, slug: 'other', hashKey: 'f0'.repeat(32) }

describe('an address to put a crash at', () => {
  let root: string
  let now: number
  let opened: StagedUploads[]
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'crashkeep-steps-'))
    now = 1_700_000_000_000
    opened = []
  })
  afterEach(() => {
    for (const each of opened) each.close()
    rmSync(root, { recursive: true })
  })

  const folder = () => join(root, 'staged')
  const open = () => {
    const projectBySlug = async (slug: string) => {
      const project = [testProject, other].find((each) => each.slug === slug)
      if (project === undefined) throw new ServerError('unknown_key')
      return project
    }
    const uploads = new StagedUploads(folder(), { now: () => now, projectBySlug })
    opened.push(uploads)
    return uploads
  }
  const upload = (text: string): Upload => {
    const path = join(root, `upload-${readdirSync(root).length}`)
    writeFileSync(path, text)
    const file = { name: 'crash.zip', size: text.length, sha256: '', content: { kind: 'file' as const, path } }
    const nothing = { fields: new Map(), problems: [], bytes: 0, hold: () => true, release: () => undefined }
    return { ...nothing, files: [file], discard: async () => rmSync(path, { force: true }) }
  }

  test('is good for ten minutes, also at a server that was started anew', async () => {
    const place = open().placeFor(testProject)
    now += tenMinutesMs
    expect((await open().projectOf(place)).slug).toBe('default')
    now += 1
    await expect(open().projectOf(place)).rejects.toMatchObject({ code: 'unknown_upload' })
  })

  test("is nobody else's: neither made up, nor lengthened, nor moved to another project", async () => {
    const uploads = open()
    const place = uploads.placeFor(testProject)
    const [, rest = ''] = place.split('/')
    const forged = [
      '',
      'default/0',
      `other/${rest}`,
      `../${rest}`,
      place.replace('/1', '/2'),
      `${place.slice(0, -1)}x`,
      uploads.placeFor(other).replace('other', 'default'),
    ]
    for (const each of forged) await expect(uploads.projectOf(each), each).rejects.toMatchObject({ code: 'unknown_upload' })
    expect(placeOfUrl(`https://crash.example/bugsplat/uploads/${place}?x=1`)).toBe(place)
    expect(placeOfUrl('https://crash.example/bugsplat/uploads/../../etc/passwd')).toBe('')
  })

  test('holds the file until it is dropped, for its project alone; the same put again replaces', async () => {
    const first = open()
    const place = first.placeFor(testProject)
    await first.put(place, upload('one'))
    await first.put(place, upload('two'))
    const restarted = open()
    expect(readFileSync(restarted.find(place, testProject), 'utf8')).toBe('two')
    expect(() => restarted.find(place, other)).toThrow(expect.objectContaining({ code: 'unknown_upload' }))
    await restarted.drop(place)
    expect(() => restarted.find(place, testProject)).toThrow(expect.objectContaining({ code: 'unknown_upload' }))
    expect(readdirSync(folder())).toEqual([])
  })

  test('loses the file after its time, also while no server was there', async () => {
    const first = open()
    const place = first.placeFor(testProject)
    await first.put(place, upload('late'))
    now += tenMinutesMs
    expect(() => first.find(place, testProject)).toThrow(expect.objectContaining({ code: 'unknown_upload' }))
    open()
    expect(readdirSync(folder())).toEqual([])
  })

  test('takes no more than there is room for, and leaves nothing of what it refuses', async () => {
    const uploads = open()
    await expect(uploads.requireRoom(5 * 1024 ** 3)).rejects.toMatchObject({ code: 'busy' })
    const large = upload('x')
    const [file] = large.files
    const huge = { ...large, files: file === undefined ? [] : [{ ...file, size: 5 * 1024 ** 3 }] }
    await expect(uploads.put(uploads.placeFor(testProject), huge)).rejects.toMatchObject({ code: 'busy' })
    expect(file?.content.kind === 'file' && existsSync(file.content.path)).toBe(false)
    expect(readdirSync(folder())).toEqual([])
  })
})
