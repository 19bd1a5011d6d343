import { closeSync, openSync, writeSync } from 'node:fs'
import type { UnpackTask } from '../process/messages.ts'
import { cabinetFile } from './cabinet.ts'
import { SourceProblem } from './source-problem.ts'

/** Writes the file that a cabinet holds. Throws a `SourceProblem`. */
export function unpackCabinet({ inputPath, outputPath, maxBytes }: UnpackTask): void {
  const output = openSync(outputPath, 'w', 0o600)
  try {
    let size = 0
    for (const bytes of cabinetFile(inputPath)) {
      size += bytes.length
      if (size > maxBytes) throw tooLarge(maxBytes)
      for (let at = 0; at < bytes.length; ) at += writeSync(output, bytes, at)
    }
  } finally {
    closeSync(output)
  }
}

export function tooLarge(maxBytes: number): SourceProblem {
  return new SourceProblem('too_large', `It unpacks to more than ${maxBytes} bytes.`)
}
