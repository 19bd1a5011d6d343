/**
 * A file as `app.pd_`, in Microsoft's cabinet: debuggers ask for that name, too, and some for no other. It is not compressed, so that a request costs no
 * more than the file itself. Source of the layout: [MS-CAB].
 */
import { open } from 'node:fs/promises'

/** Every block but the last has as much. */
const blockBytes = 32_768
const maxBlocks = 65_535
/** Offsets and sizes in a cabinet are signed for its oldest readers. */
const maxCabinetBytes = 0x7fff_ffff
const blocksTogether = 32
const [headerBytes, folderBytes, fileBytes, blockHeadBytes] = [36, 8, 16, 8]
/** 1 January 1980, the first day that there is in a cabinet. */
const firstDay = 0x0021
const [isArchive, isNamedInUtf8] = [0x20, 0x80]

export interface StoredCabinet {
  readonly size: number
  readonly bytes: AsyncGenerator<Buffer>
}

/** undefined: it is too large for a cabinet. Ends with an error when the file has another size by then. */
export function storedCabinet(path: string, name: string, fileSize: number): StoredCabinet | undefined {
  const blocks = Math.ceil(fileSize / blockBytes)
  const head = cabinetHead(name, fileSize, blocks)
  const size = head.length + blocks * blockHeadBytes + fileSize
  if (blocks > maxBlocks || size > maxCabinetBytes) return undefined
  head.writeUInt32LE(size, 8)
  return { size, bytes: cabinetBytes(head, path, fileSize) }
}

function cabinetHead(name: string, fileSize: number, blocks: number): Buffer {
  const nameBytes = Buffer.from(`${name}\0`, 'utf8')
  const head = Buffer.alloc(headerBytes + folderBytes + fileBytes + nameBytes.length)
  if (blocks > maxBlocks) return head
  head.write('MSCF')
  head.writeUInt32LE(headerBytes + folderBytes, 16)
  // Version 1.3, one folder, one file.
  head.writeUInt16LE(0x0103, 24)
  head.writeUInt16LE(1, 26)
  head.writeUInt16LE(1, 28)
  head.writeUInt32LE(head.length, headerBytes)
  head.writeUInt16LE(blocks, headerBytes + 4)
  const file = headerBytes + folderBytes
  head.writeUInt32LE(fileSize, file)
  head.writeUInt16LE(firstDay, file + 10)
  head.writeUInt16LE(/^[\x20-\x7e]*$/.test(name) ? isArchive : isArchive | isNamedInUtf8, file + 14)
  nameBytes.copy(head, file + fileBytes)
  return head
}

async function* cabinetBytes(head: Buffer, path: string, fileSize: number): AsyncGenerator<Buffer> {
  yield head
  const file = await open(path, 'r')
  try {
    for (let offset = 0; offset < fileSize; ) {
      const wanted = Math.min(blocksTogether * blockBytes, fileSize - offset)
      const piece = Buffer.alloc(wanted)
      for (let filled = 0; filled < wanted; ) {
        const { bytesRead } = await file.read(piece, filled, wanted - filled, offset + filled)
        if (bytesRead === 0) throw new Error('The file became shorter while it was sent')
        filled += bytesRead
      }
      yield Buffer.concat(blocksOf(piece))
      offset += wanted
    }
  } finally {
    await file.close()
  }
}

function blocksOf(piece: Buffer): Buffer[] {
  const blocks: Buffer[] = []
  for (let at = 0; at < piece.length; at += blockBytes) {
    const block = piece.subarray(at, at + blockBytes)
    const head = Buffer.alloc(blockHeadBytes)
    head.writeUInt16LE(block.length, 4)
    head.writeUInt16LE(block.length, 6)
    head.writeUInt32LE((checkSum(block) ^ head.readUInt32LE(4)) >>> 0)
    blocks.push(head, block)
  }
  return blocks
}

/** Its words of four bytes, each with each by exclusive or; the bytes left at the end are one more word, the first one highest. */
function checkSum(block: Buffer): number {
  const whole = block.length & ~3
  let sum = 0
  for (let at = 0; at < whole; at += 4) sum ^= block.readInt32LE(at)
  let rest = 0
  for (let at = whole; at < block.length; at += 1) rest = rest * 256 + (block[at] ?? 0)
  return sum ^ rest
}
