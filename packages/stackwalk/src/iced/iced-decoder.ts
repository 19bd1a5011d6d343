import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { InstructionDecoder } from '../analysis/decoder.ts'
import { openIcedDecoder } from './open-iced-decoder.ts'

/** The decoder with the WebAssembly (0.8 MB) of the installed package iced-x86, which is read when the first instruction is decoded. */
export const icedDecoder: InstructionDecoder = openIcedDecoder(() =>
  readFileSync(createRequire(import.meta.url).resolve('iced-x86/iced_x86_bg.wasm')),
)
