/**
 * The JavaScript stack that Electron 42 and newer send when V8 runs out of memory, in `electron.v8-oom.stack`: mapped to what people wrote as the
 * stacks of pages are.
 */
import { type CrashData, parseJavaScriptStack } from '@crashkeep/signature'
import { senderFact } from '../store/sender-facts.ts'
import { plainRelease } from '../store/source-map-store.ts'
import { processLimits } from './limits.ts'
import { type OriginalStack, originalStack, type StackSource, writtenFrames } from './original-stack.ts'

const fieldName = 'electron.v8-oom.stack'

/** undefined: the report has none. What the upload says goes before what lies inside the dump. */
export async function heapStack(
  fields: ReadonlyMap<string, string>,
  annotations: ReadonlyMap<string, string>,
  findSymbols: StackSource['findSymbols'],
): Promise<OriginalStack | undefined> {
  const text = fields.get(fieldName) ?? annotations.get(fieldName)
  const frames = text === undefined ? [] : parseJavaScriptStack(text).frames.slice(0, processLimits.maxBrowserFrames)
  if (frames.length === 0) return undefined
  const release = plainRelease(senderFact(fields, 'version') ?? senderFact(annotations, 'version'))
  return originalStack(frames, { release, debugIds: new Map(), findSymbols })
}

/** The signature speaks of what people wrote, too. */
export function withHeapStack(data: CrashData, heap: OriginalStack | undefined): CrashData {
  if (heap === undefined || heap.stack.every(({ original }) => original === null)) return data
  return { ...data, v8_oom: { ...data.v8_oom, frames: writtenFrames(heap.stack) } }
}

/** The crash's JSON with the stack as one member more. */
export function addHeapStack(crashJson: string, heap: OriginalStack | undefined): string {
  if (heap === undefined) return crashJson
  return `${crashJson.trimEnd().slice(0, -1).trimEnd()},"javascript_stack":${JSON.stringify(heap.stack)}}`
}
