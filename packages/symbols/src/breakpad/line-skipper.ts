import { blockBytes, lineSkipperCode, maxLookAhead, pageBytes } from './line-skipper-code.ts'

/** What of WebAssembly is used here: neither Node's types nor ECMAScript's have it without those of a browser. */
declare const WebAssembly:
  | {
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> }
      readonly Memory: new () => { readonly buffer: ArrayBuffer }
    }
  | undefined

/** Passes over lines of a buffer sixteen bytes at a time. Both take where a line ends and give where a line behind it begins. */
export interface LineSkipper {
  readonly buffer: Uint8Array<ArrayBuffer>
  /** Past line records and `INLINE` records, at most to `fill`. */
  passLines(newlineAt: number, fill: number): number
  /** Past what follows a `STACK CFI INIT`. */
  passDeltas(newlineAt: number, fill: number): number
}

const newline = 0x0a
/** Behind the last block that is looked at. */
const restBytes = blockBytes + maxLookAhead

/** `undefined` where there is no WebAssembly, none with vectors, or no room for it: under a content security policy, in a small address space. */
export function lineSkipper(bytes: number): LineSkipper | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  try {
    const module = new WebAssembly.Module(lineSkipperCode(Math.ceil((bytes + restBytes) / pageBytes)))
    const { memory, passLines, passDeltas } = new WebAssembly.Instance(module).exports
    if (!(memory instanceof WebAssembly.Memory) || typeof passLines !== 'function' || typeof passDeltas !== 'function') return undefined
    const buffer = new Uint8Array(memory.buffer, 0, bytes)
    // Near the end of what is filled it stops within a line.
    const lineStart = (newlineAt: number, stoppedAt: number): number => {
      let at = Math.max(newlineAt + 1, stoppedAt)
      while (buffer[at - 1] !== newline) at--
      return at
    }
    return {
      buffer,
      passLines: (newlineAt, fill) => lineStart(newlineAt, Number(passLines(newlineAt, fill - restBytes))),
      passDeltas: (newlineAt, fill) => lineStart(newlineAt, Number(passDeltas(newlineAt, fill - restBytes))),
    }
  } catch {
    return undefined
  }
}
