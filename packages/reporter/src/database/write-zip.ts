/** A zip of a few files, for handing a report to somebody: APPNOTE 6.3.3, deflate, names in UTF-8. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipFile {
  readonly name: string
  readonly bytes: Uint8Array
  readonly modifiedAt: Date
}

const localMagic = 0x04034b50
const centralMagic = 0x02014b50
const endMagic = 0x06054b50
const versionNeeded = 20
const utf8Names = 0x0800
const deflate = 8

export function writeZip(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const file of files) {
    const name = Buffer.from(file.name)
    const packed = deflateRawSync(file.bytes)
    const facts = factsOf(file, packed.length, name.length)
    const local = Buffer.alloc(4)
    local.writeUInt32LE(localMagic)
    parts.push(local, facts, name, packed)
    const entry = Buffer.alloc(20)
    entry.writeUInt32LE(offset, 14)
    const head = Buffer.alloc(6)
    head.writeUInt32LE(centralMagic)
    head.writeUInt16LE(versionNeeded, 4)
    // The central entry has the same facts, then no comment, disk 0, no attributes, and where the file starts.
    central.push(head, facts, entry.subarray(4, 18), name)
    offset += 4 + facts.length + name.length + packed.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(endMagic, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, directory, end])
}

function factsOf(file: ZipFile, packedBytes: number, nameBytes: number): Buffer {
  const facts = Buffer.alloc(26)
  facts.writeUInt16LE(versionNeeded, 0)
  facts.writeUInt16LE(utf8Names, 2)
  facts.writeUInt16LE(deflate, 4)
  facts.writeUInt32LE(dosTime(file.modifiedAt), 6)
  facts.writeUInt32LE(crc32(file.bytes), 10)
  facts.writeUInt32LE(packedBytes, 14)
  facts.writeUInt32LE(file.bytes.length, 18)
  facts.writeUInt16LE(nameBytes, 22)
  return facts
}

/** Two seconds is the clock of a zip, 1980 its beginning. */
function dosTime(date: Date): number {
  const year = Math.max(0, date.getUTCFullYear() - 1980)
  const day = (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1)
  return ((day << 16) | time) >>> 0
}
