import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { ByteSource } from '../byte-source.ts'
import { SymbolError } from '../errors.ts'

export interface FileSource extends ByteSource {
  readonly path: string
  /** When the file was last changed, in nanoseconds since 1970. */
  readonly modifiedNs: bigint
  close(): void
}

/** A file as a byte source. Its descriptor is open from now until `close`. */
export function fileSource(path: string): FileSource {
  return new OpenedFile(path)
}

/**
 * Many files as byte sources through few descriptors: the longest unused one is closed when another is needed, and opened again when it is read.
 * A file that was replaced or changed meanwhile is not read on, because its index would not fit.
 */
export class FilePool {
  readonly #maxOpen: number
  // In the order of their last use.
  readonly #open = new Set<OpenedFile>()
  #last: OpenedFile | undefined

  constructor(maxOpen: number) {
    this.#maxOpen = maxOpen
  }

  source(path: string): FileSource {
    return new OpenedFile(path, (file) => this.#used(file))
  }

  /** Closes all; a source that is read later opens its file again. */
  close(): void {
    for (const file of this.#open) file.close()
    this.#open.clear()
    this.#last = undefined
  }

  #used(file: OpenedFile): void {
    if (file === this.#last) return
    this.#last = file
    this.#open.delete(file)
    this.#open.add(file)
    for (const oldest of this.#open) {
      if (this.#open.size <= this.#maxOpen) break
      oldest.close()
      this.#open.delete(oldest)
    }
  }
}

class OpenedFile implements FileSource {
  readonly path: string
  readonly size: number
  readonly modifiedNs: bigint
  readonly #identity: string
  readonly #used: ((file: OpenedFile) => void) | undefined
  #descriptor: number | undefined

  constructor(path: string, used?: (file: OpenedFile) => void) {
    this.path = path
    this.#used = used
    const opened = openFile(path)
    this.size = opened.size
    this.modifiedNs = opened.modifiedNs
    this.#identity = opened.identity
    this.#descriptor = opened.descriptor
    used?.(this)
  }

  read(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - offset))
    const bytes = new Uint8Array(wanted)
    const count = this.readInto(offset, bytes)
    return count === wanted ? bytes : bytes.subarray(0, count)
  }

  readInto(offset: number, target: Uint8Array): number {
    const descriptor = this.#descriptor ?? this.#reopen()
    this.#used?.(this)
    let count = 0
    try {
      while (count < target.length) {
        const read = readSync(descriptor, target, count, target.length - count, offset + count)
        if (read === 0) break
        count += read
      }
    } catch (error) {
      throw new SymbolError('unreadable', `${this.path} cannot be read.`, { cause: error })
    }
    return count
  }

  close(): void {
    if (this.#descriptor === undefined) return
    closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #reopen(): number {
    if (this.#used === undefined) throw new SymbolError('unreadable', `${this.path} is read after it was closed.`)
    const { descriptor, identity } = openFile(this.path)
    if (identity !== this.#identity) {
      closeSync(descriptor)
      throw new SymbolError('unreadable', `${this.path} was replaced after it had been opened.`)
    }
    this.#descriptor = descriptor
    return descriptor
  }
}

function openFile(path: string): { descriptor: number; size: number; modifiedNs: bigint; identity: string } {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const stat = fstatSync(descriptor, { bigint: true })
    if (!stat.isFile()) throw new SymbolError('unreadable', `${path} is no regular file.`)
    const identity = `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`
    return { descriptor, size: Number(stat.size), modifiedNs: stat.mtimeNs, identity }
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor)
    if (error instanceof SymbolError) throw error
    throw new SymbolError('unreadable', `${path} cannot be opened.`, { cause: error })
  }
}
