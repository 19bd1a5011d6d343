/** Multipart bodies as senders write them, and as they should not. */
export interface TestPart {
  readonly name: string
  readonly value: string | Buffer
  readonly fileName?: string
  readonly type?: string
}

/** Crashpad's own form: 56 characters that begin and end with dashes. */
export const crashpadBoundary = '---MultipartBoundary-abcdefghijklmnopqrstuvwxyz012345---'

export function multipart(parts: readonly TestPart[], boundary: string = crashpadBoundary): Buffer {
  const chunks = parts.flatMap(({ name, value, fileName, type }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`,
    fileName === undefined ? '' : `; filename="${fileName}"`,
    type === undefined ? '' : `\r\nContent-Type: ${type}`,
    '\r\n\r\n',
    value,
    '\r\n',
  ])
  return Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)))
}

export function minidumpPart(bytes: Buffer): TestPart {
  return {
    name: 'upload_file_minidump',
    fileName: '6a1f0f5e-1b2c-4d3e-8f90-0123456789ab.dmp',
    type: 'application/octet-stream',
    value: bytes,
  }
}
