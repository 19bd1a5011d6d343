import type { targetNames } from './target-names.ts'

/** Something that takes hostile bytes. */
export interface Target {
  readonly name: (typeof targetNames)[number]
  readonly kind: 'binary' | 'text'
  /** Inputs to begin with. */
  seeds(): Uint8Array[]
  /** Everything that can be asked of the input, as text: the same input must give the same text. Throws what must never be thrown. */
  run(input: Uint8Array): string
}
