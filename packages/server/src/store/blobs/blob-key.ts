import { StoreError } from '../errors.ts'

/** Parts of a key: made by us of digits and a few words. Anything else is a mistake of the caller, and never reaches the file system. */
const keyPart = /^[0-9A-Za-z][0-9A-Za-z._-]{0,99}$/

export function checkedKey(key: string): string {
  if (!key.split('/').every((part) => keyPart.test(part))) throw new StoreError('bad_blob_key', `${JSON.stringify(key)} is no blob key`)
  return key
}

export function checkedPrefix(prefix: string): string {
  if (!prefix.endsWith('/')) throw new StoreError('bad_blob_key', `${JSON.stringify(prefix)} is no prefix: it must end in a slash`)
  checkedKey(prefix.slice(0, -1))
  return prefix
}
