/** The record in a module that names its debug information. */
export type CodeView =
  /** RSDS: `guid` in the order of the file, for which the byte order of its first three fields is the dump's. */
  | { readonly kind: 'pdb70'; readonly guid: string; readonly age: number; readonly fileName: string }
  /** NB10, before 2002. */
  | { readonly kind: 'pdb20'; readonly offset: number; readonly timestamp: number; readonly age: number; readonly fileName: string }
  /** BpEL: the whole GNU build id. */
  | { readonly kind: 'elf'; readonly buildId: Uint8Array }
  | { readonly kind: 'unknown'; readonly signature: number | undefined; readonly bytes: Uint8Array }
