import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Problem, SignatureStep } from '../api/schema.ts'
import type { Blobs } from '../store/blobs/blobs.ts'
import { processLimits } from './limits.ts'
import { crashEnd, headerEnd, type ProcessedHeader } from './processed-header.ts'

const Header = Type.Object({
  processorVersion: Type.Integer(),
  rulesVersion: Type.Integer(),
  processedAt: Type.String(),
  signature: Type.Object({
    signature: Type.String(),
    protoSignature: Type.String(),
    notes: Type.Array(Type.String()),
    steps: Type.Array(SignatureStep),
  }),
  sentence: Type.Union([Type.String(), Type.Null()]),
  problems: Type.Array(Problem),
})

export interface ProcessedFile {
  readonly header: ProcessedHeader
  /** The JSON text of `crash`, in pieces, read as it is asked for. */
  readonly crash: AsyncGenerator<Uint8Array, void>
  /** Whoever has it calls this, whether `crash` was read to its end, in part or not at all. */
  close(): void
}

/** undefined: not there, or not a file of ours. */
export async function readProcessed(blobs: Blobs, key: string): Promise<ProcessedFile | undefined> {
  const blob = await blobs.stream(key)
  if (blob === undefined) return undefined
  const chunks = bytesOf(blob.body)
  let head = Buffer.alloc(0)
  for (;;) {
    const chunk = await chunks.next()
    const lineEnd = chunk.done ? -1 : chunk.value.indexOf(10)
    if (chunk.done || (head.length > processLimits.maxHeaderBytes && lineEnd < 0)) {
      blob.body.destroy()
      return undefined
    }
    const before = head.length
    head = Buffer.concat([head, chunk.value])
    if (lineEnd < 0) continue
    const end = before + lineEnd
    const header = parseHeader(head.subarray(0, end).toString())
    // The name `"crash":` may lie in the next chunk.
    let rest = head.subarray(end - 1)
    while (rest.length < headerEnd.length) {
      const more = await chunks.next()
      if (more.done) break
      rest = Buffer.concat([rest, more.value])
    }
    if (header === undefined || rest.subarray(0, headerEnd.length).toString() !== headerEnd) {
      blob.body.destroy()
      return undefined
    }
    return { header, crash: withoutEnd(rest.subarray(headerEnd.length), chunks), close: () => blob.body.destroy() }
  }
}

function parseHeader(line: string): ProcessedHeader | undefined {
  try {
    const value: unknown = JSON.parse(`${line.slice(0, -1)}}`)
    return Value.Check(Header, value) ? (value as ProcessedHeader) : undefined
  } catch {
    return undefined
  }
}

async function* bytesOf(body: AsyncIterable<unknown>): AsyncGenerator<Buffer, void> {
  for await (const chunk of body) if (chunk instanceof Uint8Array) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}

/** Holds back the last bytes, which close the document and not the crash. */
async function* withoutEnd(first: Buffer, chunks: AsyncGenerator<Buffer, void>): AsyncGenerator<Uint8Array, void> {
  let held = first
  for (;;) {
    if (held.length > crashEnd.length) {
      yield held.subarray(0, held.length - crashEnd.length)
      held = held.subarray(held.length - crashEnd.length)
    }
    const chunk = await chunks.next()
    if (chunk.done) return
    held = Buffer.concat([held, chunk.value])
  }
}
