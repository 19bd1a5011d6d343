import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
export const uuidBytes = 16

export function isUuid(text: string): boolean {
  return uuidPattern.test(text)
}

/** Linux makes them, too: the first start of an installation does not load `node:crypto`, which keeps 2 MB. */
export function newUuid(): string {
  const made = process.platform === 'linux' ? uuidOfKernel() : ''
  return isUuid(made) ? made : randomUUID()
}

function uuidOfKernel(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/uuid', 'latin1').trim()
  } catch {
    return ''
  }
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
