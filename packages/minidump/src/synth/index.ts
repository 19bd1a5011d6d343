export type {
  ContextContents,
  DumpContents,
  ExceptionContents,
  MemoryContents,
  ModuleContents,
  ThreadContents,
} from '../write/dump-contents.ts'
export { type StackOptions, stack } from './stack.ts'
export { type SynthModule, type SynthOptions, synthDump } from './synth-dump.ts'
