export interface Assertion {
  readonly expression: string
  readonly function: string
  readonly file: string
  readonly line: number
  /** 1 invalid parameter, 2 pure virtual call. */
  readonly type: number
}
