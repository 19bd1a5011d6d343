import { recogniseFormat } from '@crashkeep/symbols/dump'

export type ContentKind = 'symbols' | 'elf' | 'pe' | 'pdb' | 'macho' | 'zip' | 'gzip' | 'zstd' | 'json' | 'script' | 'empty' | 'other'

/** What a file is by its first bytes; its name decides nothing. */
export function contentKind(head: Uint8Array): ContentKind {
  if (head.length === 0) return 'empty'
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const starts = (...start: number[]) => bytes.subarray(0, start.length).equals(Buffer.from(start))
  if (starts(0x50, 0x4b, 3, 4) || starts(0x50, 0x4b, 5, 6)) return 'zip'
  // Sentry's bundles are a zip behind a mark of eight bytes; zips are read from their end.
  if (starts(0x53, 0x59, 0x53, 0x42)) return 'zip'
  if (starts(0x1f, 0x8b)) return 'gzip'
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd'
  const format = recogniseFormat({ size: bytes.length, ...rangeOf(bytes) })
  if (format !== undefined) return format
  const text = bytes.toString('latin1').replace(/^\xef\xbb\xbf/, '')
  if (text.startsWith('MODULE ')) return 'symbols'
  if (/^\s*(?:\)\]\}'[^\n]*\n\s*)?\{/.test(text)) return 'json'
  // UTF-16, as PowerShell writes it: taken for symbols, so that the reader of those says what is wrong.
  if (starts(0xff, 0xfe, 0x4d) || starts(0xfe, 0xff, 0, 0x4d)) return 'symbols'
  return bytes.includes(0) ? 'other' : 'script'
}

function rangeOf(bytes: Buffer) {
  return {
    read: (offset: number, length: number) => bytes.subarray(offset, offset + length),
    readInto: (offset: number, target: Uint8Array) => bytes.copy(target, 0, offset, offset + target.length),
  }
}
