import type { Location } from './location.ts'

export interface StreamEntry extends Location {
  readonly type: number
  /** The format's name for the type; `unknown` when this reader has none. */
  readonly name: string
}
