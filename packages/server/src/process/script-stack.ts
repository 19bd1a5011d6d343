/**
 * The JavaScript stack beside a native one, mapped to what people wrote as the stacks of pages are. Electron 42 and newer send one in
 * `electron.v8-oom.stack` when V8 runs out of memory; `@crashkeep/reporter` the same, one in `js.stack` for an error that nobody caught, and one in
 * `hang.stack` for a loop that does not end.
 */
import { type CrashData, generateJavaScriptSignature, parseJavaScriptStack, type SignatureResult } from '@crashkeep/signature'
import { senderFact } from '../store/sender-facts.ts'
import { plainRelease } from '../store/source-map-store.ts'
import { describeError } from './describe-error.ts'
import { processLimits } from './limits.ts'
import { debugIdsOf, type OriginalStack, originalStack, type StackSource, writtenFrames } from './original-stack.ts'

const fieldNames = ['electron.v8-oom.stack', 'js.stack', 'hang.stack'] as const

export interface ScriptStack extends OriginalStack {
  readonly field: (typeof fieldNames)[number]
  /** `TypeError: x is not a function`, of an error that nobody caught. */
  readonly error: string | undefined
}

/** undefined: the report has none. What the upload says goes before what lies inside the dump. */
export async function scriptStack(
  fields: ReadonlyMap<string, string>,
  annotations: ReadonlyMap<string, string>,
  findSymbols: StackSource['findSymbols'],
): Promise<ScriptStack | undefined> {
  const say = (name: string) => fields.get(name) ?? annotations.get(name)
  for (const field of fieldNames) {
    const frames = parseJavaScriptStack(say(field) ?? '').frames.slice(0, processLimits.maxBrowserFrames)
    if (frames.length === 0) continue
    const release = plainRelease(senderFact(fields, 'version') ?? senderFact(annotations, 'version'))
    const error = field === 'js.stack' ? [say('js.name'), say('js.message')].filter(Boolean).join(': ') : ''
    const mapped = await originalStack(frames, { release, debugIds: debugIdsOf(say('debugIds')), findSymbols })
    return { ...mapped, field, error: error === '' ? undefined : error }
  }
  return undefined
}

/** The signature of a full heap speaks of what people wrote, too. */
export function withHeapStack(data: CrashData, script: ScriptStack | undefined): CrashData {
  if (script?.field !== 'electron.v8-oom.stack' || script.stack.every(({ original }) => original === null)) return data
  return { ...data, v8_oom: { ...data.v8_oom, frames: writtenFrames(script.stack) } }
}

/** What an uncaught error did in native code says nothing: the error itself is the crash. undefined: it was none. */
export function uncaughtError(
  script: ScriptStack | undefined,
): { signature: SignatureResult; reason: string; sentence: string } | undefined {
  if (script?.error === undefined) return undefined
  const { error: reason, stack } = script
  return {
    signature: generateJavaScriptSignature({ kind: 'javascript', frames: writtenFrames(stack), reason }),
    reason,
    sentence: describeError({ handled: false, reason }, stack),
  }
}

/** The crash's JSON with the stack as one member more. */
export function addScriptStack(crashJson: string, script: ScriptStack | undefined): string {
  if (script === undefined) return crashJson
  return `${crashJson.trimEnd().slice(0, -1).trimEnd()},"javascript_stack":${JSON.stringify(script.stack)}}`
}
