import type { DescribedSymbols } from '../store/symbols/symbol-contents.ts'

/** What becomes of a second, different file for a module that has one. */
export type Complement =
  /** It says nothing that the held one does not say. */
  | 'nothing-new'
  /** It says all that the held one says, and more. */
  | 'better'
  /** One has the functions, the other the ways to unwind. */
  | 'held-functions'
  | 'added-functions'
  /** Both say the same thing differently: one of them is wrong. */
  | 'conflict'

/**
 * A stripped program and its separate debug file have one id and hold one half each; so do a PE and its PDB. Which file is sent first, and whether as
 * symbols or as debug files, is a matter of the build.
 */
export function complement(held: Pick<DescribedSymbols, 'contents'>, added: Pick<DescribedSymbols, 'contents'>): Complement {
  const [old, next] = [held.contents, added.contents]
  const sameBody = old.body !== undefined && old.body === next.body
  if (sameBody) {
    const more = (next.unwind && !old.unwind) || (next.unwind === old.unwind && next.codeId === true && old.codeId !== true)
    return more ? 'better' : 'nothing-new'
  }
  if (old.functions && next.functions) return 'conflict'
  if (next.functions) return old.unwind && !next.unwind ? 'added-functions' : 'better'
  if (old.functions) return next.unwind && !old.unwind ? 'held-functions' : 'nothing-new'
  if (old.publics !== next.publics) {
    const more = next.publics ? next : old
    const less = next.publics ? old : next
    if (less.unwind && !more.unwind) return next.publics ? 'added-functions' : 'held-functions'
    return next.publics ? 'better' : 'nothing-new'
  }
  return 'conflict'
}
