import type { ByteSource } from '../../byte-source.ts'
import type { SymbolWriter } from '../output/symbol-writer.ts'
import { type DumpProblem, Problems } from '../problem.ts'
import { partOf } from '../window.ts'
import { dumpFrames, type FramesInput } from './dump-frames.ts'

/**
 * A section with rules for unwinding that needs nothing but the bytes of its file: STACK records come last and know nothing of the others, so
 * another thread can write them meanwhile. Plain values only.
 */
export interface FramesJob extends Omit<FramesInput, 'section' | 'seen' | 'accept' | 'written' | 'problems'> {
  /** Where the section lies in the file. */
  readonly offset: number
  readonly size: number
}

/** Work that goes on elsewhere: hands over its text, piece by piece, waiting for it where it must. Each piece is the receiver's. */
export type FramesApart = (write: (piece: Uint8Array) => void) => readonly DumpProblem[]

/** What is the same here and in another thread. */
export function runFramesJob(source: ByteSource, job: FramesJob, writer: SymbolWriter): readonly DumpProblem[] {
  const problems = new Problems()
  problems.guard(() => dumpFrames({ ...job, section: partOf(source, job.offset, job.size), problems }, writer))
  writer.flush()
  return problems.all()
}
