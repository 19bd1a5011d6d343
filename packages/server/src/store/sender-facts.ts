/**
 * Names under which senders tell the same thing, the best first. Electron sends its own name and version as `prod` and `ver`, and Crashpad
 * repeats them as `product` and `version` in the address; the program's own are `_productName` and `_version`.
 */
const names = {
  product: ['_productName', 'ProductName', 'productName', 'product', 'prod'],
  version: ['_version', 'Version', 'version', 'ver', 'release'],
  processType: ['ptype', 'process_type', 'ProcessType'],
  installation: ['guid'],
  platform: ['platform', 'plat'],
} as const

export type SenderFact = keyof typeof names

/** What the fields of a report say; undefined where none does. */
export function senderFact(fields: ReadonlyMap<string, string>, fact: SenderFact): string | undefined {
  for (const name of names[fact]) {
    const value = fields.get(name)?.trim()
    if (value !== undefined && value !== '') return value
  }
  return undefined
}
