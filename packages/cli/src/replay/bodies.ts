/** The bodies that clients write, made here after their sources. */
import { gzipSync } from 'node:zlib'
import { stack, synthDump } from '@crashkeep/minidump/synth'

export interface Part {
  readonly name: string
  readonly value: string | Buffer
  readonly fileName?: string
  readonly type?: string
}

/** Crashpad's: 56 characters that begin and end with dashes. */
export const crashpadBoundary = '---MultipartBoundary-Cr4shk33pR3pl4yCr4shk33pR3pl4y12---'

export interface FormOptions {
  readonly boundary?: string
  /** Breakpad on Windows leaves the line break before the closing delimiter out. */
  readonly closing?: 'usual' | 'without-line-break' | 'none'
}

export function form(parts: readonly Part[], { boundary = crashpadBoundary, closing = 'usual' }: FormOptions = {}): Buffer {
  const pieces = parts.flatMap(({ name, value, fileName, type }, i) => {
    const last = i === parts.length - 1 && closing !== 'usual'
    const disposition = `Content-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}`
    const head = `--${boundary}\r\n${disposition}${type === undefined ? '' : `\r\nContent-Type: ${type}`}\r\n\r\n`
    return [Buffer.from(head), Buffer.from(value), Buffer.from(last ? '' : '\r\n')]
  })
  return Buffer.concat([...pieces, Buffer.from(closing === 'none' ? '' : `--${boundary}--\r\n`)])
}

export function formType(boundary: string = crashpadBoundary): string {
  return `multipart/form-data; boundary=${boundary}`
}

/** In pieces, as a client that does not know the length before it has packed everything. */
export function inChunks(bytes: Buffer, size = 4096): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}

export function gzipped(bytes: Buffer): Buffer {
  return gzipSync(bytes)
}

/** A small program that died reading address 0; `seed` makes one dump differ from another. */
export function dump(seed: number): Buffer {
  const context = { registers: { rip: 0x401234 + seed, rsp: 0x7fff0000 } }
  return Buffer.from(
    synthDump({
      modules: [{ baseAddress: 0x400000n, size: 0x10000, name: '/opt/replay', buildId: '00112233445566778899aabbccddeeff00112233' }],
      threads: [{ id: 7, stack: stack(0x7fff0000n, [BigInt(seed), 0n]), context }],
      exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
    }),
  )
}

export function dumpPart(bytes: Buffer, fileName = '6a1f0f5e-1b2c-4d3e-8f90-0123456789ab.dmp'): Part {
  return { name: 'upload_file_minidump', fileName, type: 'application/octet-stream', value: bytes }
}

export function fields(values: Readonly<Record<string, string>>): Part[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }))
}

/** Sentry's envelope: a header, then items with their lengths. */
export function envelope(header: object, items: readonly (readonly [object, string | Buffer])[]): Buffer {
  const written = items.flatMap(([item, payload]) => [
    Buffer.from(`${JSON.stringify({ ...item, length: Buffer.byteLength(payload) })}\n`),
    Buffer.from(payload),
    Buffer.from('\n'),
  ])
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...written])
}

/** What Electron's crash reporter uploads for a program that told it `more`. */
export function electronForm(seed: number, more: Readonly<Record<string, string>> = {}): Buffer {
  return form([...fields({ _productName: 'Replay', _version: '1.2.3', prod: 'Electron', ver: '41.0.0', ...more }), dumpPart(dump(seed))])
}
