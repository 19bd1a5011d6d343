import { fileSource } from '@crashkeep/symbols/node'

/** How zip, gzip and zstd begin. */
const beginnings = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x1f, 0x8b],
  [0x28, 0xb5, 0x2f, 0xfd],
]

/** Whether a file is an archive, or something compressed, that the server opens itself. */
export function isArchive(path: string): boolean {
  const source = fileSource(path)
  const head = source.read(0, 4)
  source.close()
  return beginnings.some((bytes) => bytes.every((byte, index) => head[index] === byte))
}
