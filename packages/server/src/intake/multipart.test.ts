import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ServerError } from '../errors.ts'
import { SpoolFiles } from '../spool/spool-files.ts'
import { type IntakeLimits, intakeLimits } from './limits.ts'
import { MemoryBudget } from './memory-budget.ts'
import { readMultipart, type Upload } from './multipart.ts'
import { crashpadBoundary, minidumpPart, multipart } from './multipart-for-tests.ts'

let folder: string
let files: SpoolFiles
let nextReport = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crashkeep-multipart-'))
  files = await SpoolFiles.open(join(folder, 'files'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface ReadOptions {
  readonly contentType?: string
  readonly encoding?: string
  readonly pieceSize?: number
  readonly limits?: Partial<IntakeLimits>
  readonly budget?: MemoryBudget
}

function read(body: Buffer, options: ReadOptions = {}): Promise<Upload> {
  const size = options.pieceSize ?? 65_536
  const pieces = Array.from({ length: Math.ceil(body.length / size) }, (_, i) => body.subarray(i * size, (i + 1) * size))
  const reportId = `report${nextReport++}`
  return readMultipart(
    {
      stream: Readable.from(pieces),
      contentType: options.contentType ?? `multipart/form-data; boundary=${crashpadBoundary}`,
      contentEncoding: options.encoding,
      contentLength: undefined,
    },
    {
      limits: { ...intakeLimits, ...options.limits },
      budget: options.budget ?? new MemoryBudget(intakeLimits.bufferedBytes),
      openFile: (index) => files.create(reportId, index),
    },
  )
}

const dump = Buffer.concat([Buffer.from('MDMP'), Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7) % 256))])
const plainParts = [{ name: 'prod', value: 'Electron' }, minidumpPart(dump), { name: 'ver', value: '1\r\n2 é' }]

async function contentOf(upload: Upload, name: string): Promise<Buffer> {
  const file = upload.files.find((each) => each.name === name)
  if (file === undefined) throw new Error(`no file ${name}`)
  return file.content.kind === 'bytes' ? Buffer.from(file.content.bytes) : readFile(file.content.path)
}

const codes = (upload: Upload) => upload.problems.map(({ code }) => code)

describe('the part of the dump', () => {
  const nested = multipart(
    [{ name: 'prod', value: 'Electron' }, minidumpPart(dump), { name: 'log', fileName: 'a.log', value: 'words' }],
    'inner',
  )

  it('is unpacked where the client packed the part itself', async () => {
    for (const packed of [gzipSync(dump), zstdCompressSync(dump)]) {
      const upload = await read(multipart([minidumpPart(packed)]), { pieceSize: 100 })
      expect((await contentOf(upload, 'upload_file_minidump')).equals(dump)).toBe(true)
      expect(codes(upload)).toEqual([])
    }
  })

  it('needs no file name', async () => {
    const upload = await read(
      multipart([
        { name: 'prod', value: 'Script' },
        { name: 'upload_file_minidump', value: dump },
      ]),
    )
    expect([...upload.fields]).toEqual([['prod', 'Script']])
    expect((await contentOf(upload, 'upload_file_minidump')).equals(dump)).toBe(true)
  })

  it('is kept as far as it can be unpacked', async () => {
    const packed = gzipSync(Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i * 31) % 251)))
    packed.fill(0xff, packed.length - 100)
    const upload = await read(multipart([minidumpPart(packed)]))
    expect(codes(upload)).toContain('damaged_dump')
    expect(upload.files[0]?.size).toBeGreaterThan(0)
    const bomb = await read(multipart([minidumpPart(gzipSync(Buffer.alloc(5_000_000)))]), { limits: { uploadBytes: 1_000_000 } })
    expect(codes(bomb)).toEqual(['dump_cut'])
    expect((await contentOf(bomb, 'upload_file_minidump')).length).toBeLessThanOrEqual(1_000_000)
  })

  it('may hold the whole form itself, as from Electron 15 on Linux with uploads off', async () => {
    for (const pieceSize of [1, 65_536]) {
      const upload = await read(multipart([{ name: 'ver', value: '15' }, minidumpPart(nested)]), { pieceSize })
      expect([...upload.fields]).toEqual([
        ['ver', '15'],
        ['prod', 'Electron'],
      ])
      expect(upload.files.map(({ name }) => name)).toEqual(['upload_file_minidump', 'log'])
      expect((await contentOf(upload, 'upload_file_minidump')).equals(dump)).toBe(true)
      expect(codes(upload)).toEqual(['form_in_form'])
    }
  })

  it('holds a form once: one that stands in the inner one is a file', async () => {
    const upload = await read(multipart([minidumpPart(multipart([minidumpPart(nested)], 'outer'))]))
    expect((await contentOf(upload, 'upload_file_minidump')).equals(nested)).toBe(true)
  })
})

describe('a multipart body', () => {
  it('gives the same fields and files in whatever pieces it arrives', async () => {
    const body = multipart(plainParts)
    for (const pieceSize of [1, 2, 3, 7, 61, 100, 1000, 100_000]) {
      const upload = await read(body, { pieceSize })
      expect([...upload.fields]).toEqual([
        ['prod', 'Electron'],
        ['ver', '1\r\n2 é'],
      ])
      expect((await contentOf(upload, 'upload_file_minidump')).equals(dump)).toBe(true)
      expect(upload.problems).toEqual([])
      upload.release()
    }
  })

  it('has its boundary read in every form in which senders write it', async () => {
    const cases: [string, string][] = [
      ['multipart/form-data; boundary="--a b--"', '--a b--'],
      ['multipart/form-data; charset=utf-8; boundary=xyz', 'xyz'],
      ['multipart/form-data; boundary=xyz; charset=utf-8', 'xyz'],
      ['Multipart/Form-Data;BOUNDARY=xyz', 'xyz'],
      ['multipart/mixed; boundary=xyz', 'xyz'],
      ['multipart/form-data; boundary="a\\"b"', 'a"b'],
      [`multipart/form-data; boundary=${'-'.repeat(27)}0123456789ABCDEF`, `${'-'.repeat(27)}0123456789ABCDEF`],
    ]
    for (const [contentType, boundary] of cases) {
      const upload = await read(multipart(plainParts, boundary), { contentType })
      expect([contentType, upload.fields.get('prod'), upload.problems]).toEqual([contentType, 'Electron', []])
    }
  })

  it('is read without the line break before its closing boundary, as Breakpad on Windows writes it', async () => {
    const body = multipart(plainParts.slice(0, 2))
    const closing = Buffer.from(`\r\n--${crashpadBoundary}--`)
    const at = body.indexOf(closing)
    const withoutBreak = Buffer.concat([body.subarray(0, at), body.subarray(at + 2)])
    for (const pieceSize of [1, 50, 10_000]) {
      const upload = await read(withoutBreak, { pieceSize })
      expect((await contentOf(upload, 'upload_file_minidump')).equals(dump)).toBe(true)
      expect(upload.problems).toEqual([])
    }
  })

  it('is read before a preamble and after an epilogue', async () => {
    const upload = await read(Buffer.concat([Buffer.from('preamble\r\n'), multipart(plainParts), Buffer.alloc(5000, 65)]))
    expect([upload.fields.size, upload.files.length, upload.problems]).toEqual([2, 1, []])
  })

  it('gives what is readable wherever it breaks off, and says so; it refuses only when nothing is', async () => {
    const body = multipart([{ name: 'prod', value: 'Electron' }, minidumpPart(dump.subarray(0, 200))])
    const whole = body.length - '--\r\n'.length
    for (let length = 1; length < whole; length += 1) {
      const upload = await read(body.subarray(0, length)).catch((error: unknown) => error)
      if (upload instanceof ServerError) {
        expect(['malformed_multipart', 'truncated_body']).toContain(upload.code)
        expect(length).toBeLessThan(200)
        continue
      }
      expect(codes(upload as Upload)).toContain('truncated_body')
    }
  })

  it('gives what is readable of a compressed body that breaks off or is damaged, and refuses one of which nothing is', async () => {
    const zipped = gzipSync(multipart(plainParts))
    const cut = await read(zipped.subarray(0, zipped.length - 300), { encoding: 'gzip' })
    expect([cut.fields.get('prod'), codes(cut)]).toEqual(['Electron', ['truncated_body']])
    const badChecksum = Buffer.from(zipped)
    badChecksum.writeUInt32LE(1, badChecksum.length - 8)
    const whole = await read(badChecksum, { encoding: 'gzip' })
    expect([whole.fields.get('prod'), whole.files.length, codes(whole)]).toEqual(['Electron', 1, ['bad_compression']])
    const neverPacked = await read(multipart(plainParts), { encoding: 'gzip' })
    expect([neverPacked.fields.get('prod'), neverPacked.files.length, codes(neverPacked)]).toEqual(['Electron', 1, ['bad_compression']])
    await expect(read(Buffer.concat([zipped.subarray(0, 10), Buffer.alloc(50, 0xff)]), { encoding: 'gzip' })).rejects.toMatchObject({
      code: 'bad_gzip',
    })
  })

  it('decodes what senders escape in names and keeps whole paths as data', async () => {
    const upload = await read(
      multipart([
        { name: 'quote%22key%25%0d%0A', value: 'v' },
        { name: '__proto__', value: 'p' },
        { name: 'upload_file_minidump', fileName: 'C:\\Users\\somebody\\AppData\\x.dmp', value: dump, type: 'application/octet-stream' },
        { name: 'log', fileName: '../../etc/passwd', value: 'text', type: 'text/plain' },
      ]),
    )
    expect([...upload.fields.keys()]).toEqual(['quote"key%\r\n', '__proto__'])
    expect(upload.files.map(({ fileName }) => fileName)).toEqual(['C:\\Users\\somebody\\AppData\\x.dmp', '../../etc/passwd'])
  })

  it('keeps the first of a repeated name and the others under a number', async () => {
    const file = { name: 'log', fileName: 'a', value: '1' }
    const upload = await read(multipart([{ name: 'k', value: '1' }, { name: 'k', value: '2' }, { name: 'k', value: '3' }, file, file]))
    expect([...upload.fields]).toEqual([
      ['k', '1'],
      ['k#2', '2'],
      ['k#3', '3'],
    ])
    expect(upload.files.map(({ name }) => name)).toEqual(['log', 'log#2'])
  })

  it('takes the JSON part of Firefox for fields', async () => {
    const json = '{"ProductName":"Firefox","n":1,"__proto__":"p"}'
    const upload = await read(multipart([{ name: 'extra', fileName: 'extra.json', type: 'application/json', value: json }]))
    expect([...upload.fields]).toEqual([
      ['ProductName', 'Firefox'],
      ['n', '1'],
      ['__proto__', 'p'],
    ])
    expect(upload.files).toEqual([])
  })

  it('takes values of 20,320 bytes and more whole, and cuts only beyond the limit', async () => {
    const value = 'x'.repeat(70_000)
    const upload = await read(
      multipart([
        { name: 'k', value },
        { name: 'long', value: 'y'.repeat(300_000) },
      ]),
    )
    expect(upload.fields.get('k')).toBe(value)
    expect(upload.fields.get('long')?.length).toBe(intakeLimits.fieldBytes)
    expect(codes(upload)).toEqual(['field_truncated'])
  })

  it('holds to its limits of fields, files and names, keeping the rest', async () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ name: `f${i}`, value: 'v' }))
    const manyFiles = Array.from({ length: 10 }, (_, i) => ({ name: `file${i}`, fileName: 'a', value: 'v' }))
    const limits = { fields: 20, files: 5, nameLength: 50 }
    const upload = await read(multipart([{ name: 'n'.repeat(80), value: 'v' }, ...many, ...manyFiles]), { limits })
    expect([upload.fields.size, upload.files.length]).toEqual([20, 5])
    expect(codes(upload).sort()).toEqual(['name_truncated', 'too_many_fields', 'too_many_files'])
  })

  it('streams a large file to disk, durable, with its size and hash, and removes it when the report is given up', async () => {
    const large = Buffer.alloc(3 * 1024 * 1024, 5)
    const budget = new MemoryBudget(intakeLimits.bufferedBytes)
    const upload = await read(multipart([minidumpPart(large)]), { budget })
    const [file] = upload.files
    expect([file?.content.kind, file?.size]).toEqual(['file', large.length])
    expect((await contentOf(upload, 'upload_file_minidump')).equals(large)).toBe(true)
    await upload.discard()
    expect(await readdir(files.folder)).toEqual([])
    expect(budget.taken).toBe(0)
  })

  it('streams small files to disk too when the memory of all uploads is used up', async () => {
    const upload = await read(multipart(plainParts), { budget: new MemoryBudget(100) })
    expect(upload.files.map(({ content }) => content.kind)).toEqual(['file'])
    await upload.discard()
  })

  it('leaves no file and no memory behind when it is refused half way', async () => {
    const budget = new MemoryBudget(intakeLimits.bufferedBytes)
    const body = multipart([{ name: 'k', value: 'v'.repeat(90_000) }, minidumpPart(Buffer.alloc(3 * 1024 * 1024)), minidumpPart(dump)])
    await expect(read(body, { limits: { uploadBytes: 2 * 1024 * 1024 }, budget })).rejects.toMatchObject({ code: 'too_large' })
    expect([await readdir(files.folder), budget.taken]).toEqual([[], 0])
  })

  it('never does anything but answer or refuse, whatever the bytes', async () => {
    const fragments = fc.constantFrom(
      `--${crashpadBoundary}`,
      '--',
      '\r\n',
      '\r\n\r\n',
      'Content-Disposition: form-data; name="a"',
      '; filename="b"',
      'Content-Type: x/y',
      'value',
      '\0',
      '"',
      '\\',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fragments, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), async (pieces, pieceSize) => {
        const outcome = await read(Buffer.from(pieces.join('')), { pieceSize }).catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ServerError)
      }),
      { numRuns: 400 },
    )
  })
})
