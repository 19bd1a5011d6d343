import { type DumpView, decodeUtf8 } from './dump-view.ts'
import { maxCodeViewBytes } from './limits.ts'
import type { Location } from './location.ts'

/** The record in a module that names its debug information. */
export type CodeView =
  /** RSDS: `guid` in the order of the file, for which the byte order of its first three fields is the dump's. */
  | { readonly kind: 'pdb70'; readonly guid: string; readonly age: number; readonly fileName: string }
  /** NB10, before 2002. */
  | { readonly kind: 'pdb20'; readonly offset: number; readonly timestamp: number; readonly age: number; readonly fileName: string }
  /** BpEL: the whole GNU build id. */
  | { readonly kind: 'elf'; readonly buildId: Uint8Array }
  | { readonly kind: 'unknown'; readonly signature: number | undefined; readonly bytes: Uint8Array }

export const codeViewSignature = { pdb70: 0x53445352, pdb20: 0x3031424e, elf: 0x4270454c } as const

const stream = 'ModuleList'

/** `undefined` when the module has none, or (with a problem) a damaged one. */
export function readCodeView(dump: DumpView, at: Location): CodeView | undefined {
  if (at.size === 0) return undefined
  const fields = at.size <= maxCodeViewBytes ? dump.fields(at.rva, at.size) : undefined
  if (fields === undefined) {
    dump.problems.add('bad_code_view', `A CodeView record of ${at.size} bytes at ${at.rva} does not lie in the file.`, stream)
    return undefined
  }
  const signature = fields.length >= 4 ? fields.u32(0) : undefined
  switch (signature) {
    case codeViewSignature.pdb70:
      if (fields.length < 24) break
      return { kind: 'pdb70', guid: fields.guid(4), age: fields.u32(20), fileName: textUpToNul(fields.bytes.subarray(24)) }
    case codeViewSignature.pdb20:
      if (fields.length < 16) break
      return {
        kind: 'pdb20',
        offset: fields.u32(4),
        timestamp: fields.u32(8),
        age: fields.u32(12),
        fileName: textUpToNul(fields.bytes.subarray(16)),
      }
    case codeViewSignature.elf:
      return { kind: 'elf', buildId: fields.bytes.slice(4) }
    default:
      return { kind: 'unknown', signature, bytes: fields.bytes.slice() }
  }
  dump.problems.add('bad_code_view', `A CodeView record at ${at.rva} ends after ${at.size} bytes, before its own fields do.`, stream)
  return undefined
}

function textUpToNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end))
}
