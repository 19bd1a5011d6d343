import type { ModuleIdentity } from './symbol-supplier.ts'

// A file name longer than this exists on no file system that people keep symbols on.
const maxLeafBytes = 255
const digits = /^[0-9a-f]{1,80}$/i

/** Of a debug id; what follows is the age. Before 2002 (NB10) it was a time in place of a GUID. */
const [guidDigits, timeDigits] = [32, 8] as const

/**
 * Where a module's symbols lie below a folder or an address, best first: `debugFile/DEBUGID/stem.sym`, then the same by code file and code id.
 * Dumpers write the age of a pdb, behind the GUID, in lower case (`%x`), and file systems tell the two apart: other writers are the second choice.
 * Names come from a dump and are hostile: only the last part of a path is used, and a name that could lead elsewhere gives no candidate.
 */
export function symbolPath(module: ModuleIdentity): string[] {
  const debugLeaf = leafName(module.debugFile) ?? leafName(module.codeFile)
  const codeLeaf = leafName(module.codeFile) ?? leafName(module.debugFile)
  const paths: string[] = []
  if (debugLeaf !== undefined && module.debugId !== undefined && digits.test(module.debugId)) {
    const upper = module.debugId.toUpperCase()
    const ageAt = upper.length > guidDigits ? guidDigits : timeDigits
    const ids = new Set([upper.slice(0, ageAt) + upper.slice(ageAt).toLowerCase(), upper])
    for (const id of ids) paths.push(`${debugLeaf}/${id}/${withoutExtension(debugLeaf, '.pdb')}.sym`)
  }
  if (codeLeaf !== undefined && module.codeId !== undefined && digits.test(module.codeId)) {
    paths.push(`${codeLeaf}/${module.codeId.toUpperCase()}/${withoutExtension(codeLeaf, '.dll')}.sym`)
  }
  return paths
}

/** The last part of a path of any system, or undefined where it cannot be a file name. */
export function leafName(path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  const leaf = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  if (leaf === '' || leaf === '.' || leaf === '..' || hasControlCharacter(leaf)) return undefined
  return new TextEncoder().encode(leaf).length > maxLeafBytes ? undefined : leaf
}

function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20 || text.charCodeAt(i) === 0x7f) return true
  return false
}

function withoutExtension(leaf: string, extension: string): string {
  return leaf.toLowerCase().endsWith(extension) && leaf.length > extension.length ? leaf.slice(0, -extension.length) : leaf
}
