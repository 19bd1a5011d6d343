import type { ByteSource } from '../byte-source.ts'
import { SymbolError } from '../errors.ts'
import { maxHeadBytes, maxHeadValueChars } from './limits.ts'
import { LineCursor, lineEnd } from './line-cursor.ts'

/** What a symbol file says about itself in its first lines. Ids as printed by rust-minidump: the debug id in upper case, the code id in lower case. */
export interface ModuleRecord {
  os: string
  cpu: string
  debugId: string
  debugFile: string
  codeId?: string
  codeFile?: string
  url?: string
  generator?: string
}

/** Reads the head and refuses what could not be stored and found again: for whoever takes symbol files in. */
export function readModuleRecord(source: ByteSource): ModuleRecord {
  const record = readHead(source)
  if (!/^[0-9A-F]{33,40}$/.test(record.debugId)) {
    throw new SymbolError(
      'bad_module',
      `The debug id of the MODULE line must have 33 to 40 hexadecimal digits, not ${quoted(record.debugId)}.`,
    )
  }
  if (record.debugFile === '') throw new SymbolError('bad_module', 'The MODULE line has no file name.')
  if (/\p{Cc}/u.test(record.debugFile))
    throw new SymbolError('bad_module', 'The file name of the MODULE line has control characters in it.')
  return record
}

/** Reads `MODULE` and the `INFO` lines behind it; accepts any hexadecimal id. */
export function readHead(source: ByteSource): ModuleRecord {
  if (source.size === 0) throw new SymbolError('empty', 'The symbol file is empty; the tool that wrote it probably failed.')
  const bytes = source.read(0, maxHeadBytes)
  refuseUtf16(bytes)
  const cursor = new LineCursor(bytes)
  let at = startOfText(bytes)
  cursor.start(at, lineEnd(bytes, at))
  if (!cursor.skipWord('MODULE')) {
    throw new SymbolError('no_module', 'This is no Breakpad symbol file: its first line does not begin with MODULE.')
  }
  const record: ModuleRecord = { os: cursor.word(), cpu: cursor.word(), debugId: cursor.word().toUpperCase(), debugFile: cursor.rest() }
  const tooLong = [record.os, record.cpu, record.debugId, record.debugFile].some((value) => value.length > maxHeadValueChars)
  if (tooLong) throw new SymbolError('bad_module', `A field of the MODULE line is longer than ${maxHeadValueChars} characters.`)
  if (!/^[0-9A-F]+$/.test(record.debugId)) {
    throw new SymbolError('bad_module', 'The MODULE line must read: MODULE, system, processor, hexadecimal id, file name.')
  }
  for (at = lineEnd(bytes, at) + 1; at < bytes.length; at = lineEnd(bytes, at) + 1) {
    cursor.start(at, lineEnd(bytes, at))
    if (!cursor.skipWord('INFO')) break
    addInfo(record, cursor)
  }
  return record
}

/** Where the first line begins: behind the byte order mark that some editors put before UTF-8. */
export function startOfText(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
}

/** `CODE_ID <id> [<file>]`, `URL <url>`, `GENERATOR <text>`; every other kind is ignored. */
function addInfo(record: ModuleRecord, cursor: LineCursor): void {
  const kind = cursor.word()
  if (kind === 'CODE_ID') {
    const id = cursor.word()
    if (/^[0-9a-f]{1,80}$/i.test(id)) record.codeId = id.toLowerCase()
    const file = cursor.rest()
    if (file !== '' && file.length <= maxHeadValueChars) record.codeFile = file
  } else if (kind === 'URL' || kind === 'GENERATOR') {
    const value = cursor.rest()
    if (value !== '' && value.length <= maxHeadValueChars) record[kind === 'URL' ? 'url' : 'generator'] = value
  }
}

// PowerShell's `>` writes UTF-16; the usual way to such a file is `dump_syms foo.pdb > foo.sym` (rust-minidump issue 903).
function refuseUtf16(bytes: Uint8Array): void {
  const [first, second] = bytes
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  const unmarked = (first === 0x4d && second === 0) || (first === 0 && second === 0x4d)
  if (!marked && !unmarked) return
  throw new SymbolError(
    'utf16',
    "The symbol file is UTF-16, as PowerShell's > writes it; it must be UTF-8: let the tool write the file itself.",
  )
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
