/**
 * What stands in the dump's part of a form. It is not always a dump: Bugsnag's and Sentry's clients compress the part itself, and Electron up
 * to 15 on Linux, when it was started with uploads off, sends a whole form of its own there, begun with `--BOUNDARY`.
 */
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, createZstdDecompress } from 'node:zlib'
import { decoderTurn } from './decoder-turns.ts'

export type DumpPart =
  | { readonly kind: 'file'; readonly bytes: AsyncIterable<Uint8Array> }
  | { readonly kind: 'form'; readonly boundary: string; readonly bytes: AsyncIterable<Uint8Array> }

export interface DumpPartOptions {
  /** Of the unpacked part: a few kilobytes of gzip hold gigabytes of zeros. */
  readonly maxBytes: number
  readonly boundaryLength: number
  note(code: string, message: string): void
}

/** A frame may ask for a window of gigabytes; RFC 8878 asks every decoder for 8 MiB and no more. */
const zstdOptions = { params: { [constants.ZSTD_d_windowLogMax]: 23 } }

const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08])
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
/** Read by nobody here; the file is kept as it came. */
const otherMagics = [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), Buffer.from('BZh')]

/** Names under which dumps come; only these parts are looked into. */
export function isDumpName(name: string): boolean {
  return name.startsWith('upload_file') || name === 'minidump'
}

export async function openDumpPart(source: AsyncIterable<Uint8Array>, options: DumpPartOptions): Promise<DumpPart> {
  const longestLine = options.boundaryLength + 4
  const { head, rest } = await readHead(source, longestLine)
  const boundary = boundaryLine(head, options.boundaryLength)
  if (boundary !== undefined) {
    options.note('form_in_form', 'The part of the dump held a form of its own, which was taken apart.')
    return { kind: 'form', boundary, bytes: rest }
  }
  if (head.subarray(0, gzipMagic.length).equals(gzipMagic)) return { kind: 'file', bytes: unpack(rest, 'small', options) }
  if (head.subarray(0, zstdMagic.length).equals(zstdMagic)) return { kind: 'file', bytes: unpack(rest, 'large', options) }
  if (otherMagics.some((magic) => head.subarray(0, magic.length).equals(magic))) {
    options.note('packed_dump', 'The dump is packed with xz or bzip2, which is not unpacked here; send it plain or as gzip.')
  }
  return { kind: 'file', bytes: rest }
}

async function readHead(source: AsyncIterable<Uint8Array>, length: number): Promise<{ head: Buffer; rest: AsyncIterable<Uint8Array> }> {
  const chunks = source[Symbol.asyncIterator]()
  const read: Uint8Array[] = []
  let bytes = 0
  let ended = false
  while (bytes < length && !ended) {
    const next = await chunks.next()
    if (next.done === true) ended = true
    else {
      read.push(next.value)
      bytes += next.value.length
    }
  }
  const rest = async function* () {
    yield* read
    if (!ended) yield* { [Symbol.asyncIterator]: () => chunks }
  }
  return { head: Buffer.concat(read, Math.min(length, bytes)), rest: rest() }
}

function boundaryLine(head: Buffer, maxLength: number): string | undefined {
  const line = /^--([^\r\n]+)\r?\n/.exec(head.toString('latin1'))?.[1]
  return line !== undefined && line.length <= maxLength ? line : undefined
}

/** Up to the damage, where there is some; what was unpacked until then is the rest of a crash. */
async function* unpack(source: AsyncIterable<Uint8Array>, window: 'small' | 'large', options: DumpPartOptions): AsyncGenerator<Uint8Array> {
  const endTurn = await decoderTurn(window)
  const unpacker = window === 'small' ? createGunzip() : createZstdDecompress(zstdOptions)
  const fed = pipeline(source, unpacker).catch(() => undefined)
  let bytes = 0
  try {
    for await (const chunk of unpacker) {
      if (!(chunk instanceof Uint8Array)) continue
      bytes += chunk.length
      if (bytes > options.maxBytes) {
        options.note('dump_cut', `The unpacked dump was cut at ${options.maxBytes} bytes.`)
        break
      }
      yield chunk
    }
  } catch {
    options.note('damaged_dump', `The packed dump is damaged behind ${bytes} bytes.`)
  } finally {
    unpacker.destroy()
    await fed
    endTurn()
  }
}
