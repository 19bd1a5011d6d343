import { randomUUID } from 'node:crypto'

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
export const uuidBytes = 16

export function isUuid(text: string): boolean {
  return uuidPattern.test(text)
}

export function newUuid(): string {
  return randomUUID()
}

/** Crashpad's struct: the first three numbers little-endian, the rest as it is written. */
export function encodeUuid(uuid: string): Buffer {
  return swapped(Buffer.from(uuid.replaceAll('-', ''), 'hex'))
}

export function decodeUuid(bytes: Uint8Array): string {
  const hex = swapped(Buffer.from(bytes.subarray(0, uuidBytes))).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function swapped(bytes: Buffer): Buffer {
  bytes.subarray(0, 4).reverse()
  bytes.subarray(4, 6).reverse()
  bytes.subarray(6, 8).reverse()
  return bytes
}
