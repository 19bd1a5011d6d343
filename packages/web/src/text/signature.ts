export interface SignatureParts {
  /** What stands out: the first frame; of a script's crash the reason with it, which alone would make all of them look alike. */
  readonly head: string
  readonly rest: readonly string[]
}

export function splitSignature(signature: string, kind: string): SignatureParts {
  const [first = signature, second, ...others] = signature.split(' | ')
  if (second === undefined) return { head: first, rest: [] }
  return kind === 'browser' || kind === 'javascript'
    ? { head: `${first} · ${second}`, rest: others }
    : { head: first, rest: [second, ...others] }
}
