/** One file part: kept in memory while it is small and memory is at hand, else streamed into a file of the spool. */
import { hash } from 'node:crypto'
import type { SpoolFile } from '../spool/spool-files.ts'
import type { MemoryShare } from './memory-budget.ts'

export type FileContent = { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'file'; readonly path: string }

export interface CollectedFile {
  readonly content: FileContent
  readonly size: number
  readonly sha256: string
  readonly spoolFile: SpoolFile | undefined
}

export interface FileRoom {
  readonly share: MemoryShare
  /** How many bytes of this report may still stay in memory; shared by its files. */
  inlineLeft: number
  readonly maxInlineFileBytes: number
}

/** A file of the spool that could not be finished is removed again before the error goes on. */
export async function collectFile(
  source: AsyncIterable<Uint8Array>,
  room: FileRoom,
  openFile: () => Promise<SpoolFile>,
): Promise<CollectedFile> {
  let held: Buffer | undefined
  let length = 0
  let spoolFile: SpoolFile | undefined
  try {
    for await (const chunk of source) {
      const roomy =
        spoolFile === undefined && mayHold(room, length, chunk.length) ? room.share.withRoom(held, length, chunk.length) : undefined
      if (roomy !== undefined) {
        room.inlineLeft -= chunk.length
        held = roomy
        held.set(chunk, length)
        length += chunk.length
        continue
      }
      if (spoolFile === undefined) {
        spoolFile = await openFile()
        if (held !== undefined) {
          await spoolFile.write(held.subarray(0, length))
          room.share.giveRoom(held)
        }
        room.inlineLeft += length
      }
      await spoolFile.write(chunk)
    }
    if (spoolFile !== undefined) {
      const { path, size, sha256 } = await spoolFile.finish()
      return { content: { kind: 'file', path }, size, sha256, spoolFile }
    }
  } catch (error) {
    await spoolFile?.abandon()
    throw error
  }
  const bytes = held?.subarray(0, length) ?? Buffer.alloc(0)
  return {
    content: { kind: 'bytes', bytes },
    size: bytes.length,
    sha256: hash('sha256', bytes, 'hex'),
    spoolFile: undefined,
  }
}

function mayHold(room: FileRoom, held: number, more: number): boolean {
  return held + more <= room.maxInlineFileBytes && more <= room.inlineLeft
}
