import type { Minidump } from '@crashkeep/minidump'
import { maxArgumentsPerFrame } from './limits.ts'
import type { WalkedFrame } from './walk/frame.ts'

/** What a function of 32-bit x86 was called with, by the convention that its name suggests. */
export interface FunctionArguments {
  readonly convention: 'cdecl' | 'thiscall'
  readonly values: readonly { readonly name: string; readonly value: bigint | undefined }[]
}

const pointer = 4n

/**
 * Guesses the arguments of the frame at `index`: they lie above its return address, one word each. A name with `::` is taken for a
 * method, whose object is in `eax`. Often wrong, for optimised code mostly; rust-minidump makes the same guess.
 */
export function functionArguments(dump: Minidump, frames: readonly WalkedFrame[], index: number): FunctionArguments | undefined {
  const frame = frames[index]
  const signature = frame?.symbols?.function === undefined ? undefined : parseSignature(frame.symbols.function.name)
  const range = dump.memory.rangeAt(frames[0]?.registers.get('esp') ?? 0n)
  if (frame === undefined || signature === undefined || range === undefined) return undefined
  const stackEnd = range.startAddress + BigInt(range.size)
  let at = frames[index + 1]?.registers.get('esp') ?? stackEnd
  const end = frames[index + 2]?.registers.get('esp') ?? stackEnd
  const next = (): bigint | undefined => {
    if (at >= end) return undefined
    const bytes = dump.memory.read(at, Number(pointer))
    at += pointer
    return bytes && BigInt(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, dump.littleEndian))
  }
  const object = signature.isMethod ? [{ name: 'this', value: frame.registers.get('eax') }] : []
  return {
    convention: signature.isMethod ? 'thiscall' : 'cdecl',
    values: [...object, ...signature.names.map((name) => ({ name, value: next() }))],
  }
}

/** The types between the first parenthesis and the last; commas inside of `<>` and `()` separate nothing. */
function parseSignature(name: string): { isMethod: boolean; names: string[] } | undefined {
  const open = name.indexOf('(')
  const close = name.lastIndexOf(')')
  if (open < 0 || close < open) return undefined
  const names: string[] = []
  const depth = { '<': 0, '(': 0 }
  let start = open + 1
  for (let i = open + 1; i < close; i++) {
    const letter = name[i]
    if (letter === '<' || letter === '(') depth[letter]++
    else if (letter === '>' && --depth['<'] < 0) return undefined
    else if (letter === ')' && --depth['('] < 0) return undefined
    else if (letter === ',' && depth['<'] === 0 && depth['('] === 0) {
      names.push(name.slice(start, i).trim())
      start = i + 1
    }
    if (names.length >= maxArgumentsPerFrame) return undefined
  }
  if (depth['<'] !== 0 || depth['('] !== 0) return undefined
  return { isMethod: name.slice(0, open).includes('::'), names: [...names, name.slice(start, close).trim()] }
}
