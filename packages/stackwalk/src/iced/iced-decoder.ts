import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { InstructionDecoder } from '../analysis/decoder.ts'
import { openIcedDecoder } from './open-iced-decoder.ts'

/** The decoder with the WebAssembly (0.8 MB) of the installed package iced-x86, which is read when the first instruction is decoded. */
export const icedDecoder: InstructionDecoder = openIcedDecoder(() => readFileSync(wasmPath()))

/** Asked of this package, which has the dependency, wherever a bundler has put this code. */
function wasmPath(): string {
  const ourPackage = createRequire(import.meta.url).resolve('@crashkeep/stackwalk/iced')
  return createRequire(ourPackage).resolve('iced-x86/iced_x86_bg.wasm')
}
