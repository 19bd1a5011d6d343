import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { buildIndex } from '../breakpad/build-index.ts'
import { decodeIndex, encodeIndex, type IndexedFile, maxIndexFileBytes } from '../breakpad/index-file.ts'
import { minBytesByBlocks } from '../breakpad/limits.ts'
import { readHead } from '../breakpad/module-record.ts'
import { symbolsOfIndex } from '../breakpad/open-breakpad-symbols.ts'
import type { ModuleSymbols } from '../module-symbols.ts'
import type { FileSource } from './file-source.ts'

/** Below this a file is indexed as fast as its index could be found and checked. */
export const minIndexedBytes: number = 1024 * 1024

// Of a file name's 255 bytes some are needed for what is added to it.
const maxLeafChars = 50

/**
 * Opens a Breakpad symbol file by the index at `indexPath`. Where there is none, or it does not fit the file, the file is indexed and the
 * index put there. Many processes may do so at once: each writes a file of its own and renames it. What cannot be
 * written is not written; the index only saves time. Throws a `SymbolError` as `openBreakpadSymbols` does. For `endsSoon` see `FolderSymbolsOptions`.
 */
export function openIndexedSymbols(source: FileSource, indexPath: string, endsSoon = false): ModuleSymbols {
  const file: IndexedFile = { size: source.size, modifiedNs: source.modifiedNs, head: readHead(source) }
  const bytes = readIndexFile(indexPath, endsSoon)
  const known = bytes && decodeIndex(bytes, file)
  if (known !== undefined) return symbolsOfIndex(source, known)
  const index = buildIndex(source, source.size >= minBytesByBlocks)
  writeIndexFile(indexPath, encodeIndex(index, file))
  return symbolsOfIndex(source, index)
}

/** Where the index of a symbol file lies when it lies beside it. */
export function indexPathBeside(path: string): string {
  return `${path}.index`
}

/** Where it lies in a folder for indexes only. The name is no proof that it fits the file; the index itself says that. */
export function indexPathInFolder(folder: string, path: string): string {
  const absolute = resolve(path)
  let low = 0x811c9dc5
  let high = 0x050c5d1f
  for (let i = 0; i < absolute.length; i++) {
    low = Math.imul(low ^ absolute.charCodeAt(i), 0x01000193)
    high = Math.imul(high ^ absolute.charCodeAt(i), 0x01000193) + (low >>> 7)
  }
  const name = (low >>> 0).toString(16).padStart(8, '0') + (high >>> 0).toString(16).padStart(8, '0')
  return join(folder, `${basename(absolute).slice(0, maxLeafChars)}.${name}.index`)
}

/** Whether somebody may write to this folder by its mode. An administrator always could, which is no reason to. */
function isWritableFolder(path: string): boolean {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o222) !== 0
}

function readIndexFile(path: string, endsSoon: boolean): Uint8Array | undefined {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const stat = fstatSync(descriptor)
    if (!stat.isFile() || stat.size > maxIndexFileBytes) return undefined
    // V8 counts the bytes of an ArrayBuffer as its own, and starts to look for garbage because of seven megabytes.
    const bytes = new Uint8Array(endsSoon ? new SharedArrayBuffer(stat.size) : new ArrayBuffer(stat.size))
    let filled = 0
    while (filled < bytes.length) {
      const count = readSync(descriptor, bytes, filled, bytes.length - filled, filled)
      if (count === 0) return undefined
      filled += count
    }
    return bytes
  } catch {
    // Missing, mostly. Whatever it is, the symbol file itself is what counts.
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

let written = 0

function writeIndexFile(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${process.pid}.${Date.now()}.${written++}.tmp`
  let descriptor: number | undefined
  try {
    if (!isWritableFolder(dirname(path))) return
    descriptor = openSync(temporary, 'wx', 0o644)
    let done = 0
    while (done < bytes.length) done += writeSync(descriptor, bytes, done)
    closeSync(descriptor)
    descriptor = undefined
    renameSync(temporary, path)
  } catch {
    // No space, no right, a read-only disk: the next process indexes again.
    if (descriptor !== undefined) closeSync(descriptor)
    try {
      rmSync(temporary, { force: true })
    } catch {
      // Under Node's permission model even this may be forbidden; then nothing was written either.
    }
  }
}
