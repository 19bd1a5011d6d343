import type { NormalizedFrame } from './normalize/frame.ts'
import { addStep, type SignatureResult } from './signature-result.ts'
import type { CompiledRules } from './signature-rules.ts'

export interface Picked {
  parts: string[]
  /** The frames that were looked at, down to the one where it stopped. */
  seen: NormalizedFrame[]
}

/** Walks down the stack and takes what names the crash. Each decision becomes a step of `result`. */
export function pickFrames(frames: readonly NormalizedFrame[], rules: CompiledRules, result: SignatureResult): Picked {
  const start = frameAfterMachinery(frames, rules, result)
  const taken: NormalizedFrame[] = []
  const seen = frames.slice(0, start)
  for (const [index, frame] of frames.entries()) {
    if (index < start) continue
    seen.push(frame)
    const skip = reasonToSkip(frame, taken, rules)
    if (skip !== undefined) {
      addStep(result, { rule: 'skip', frame: index, before: frame.raw, after: null, why: `skipped: ${skip}` })
      continue
    }
    taken.push(frame)
    const goOn = reasonToGoOn(frame, rules)
    const why = goOn === undefined ? 'kept and stopped here: this frame names the crash' : `kept and went on: ${goOn}`
    addStep(result, { rule: goOn === undefined ? 'stop' : 'prefix', frame: index, before: frame.raw, after: frame.text, why })
    if (goOn === undefined) return { parts: taken.map((one) => one.text), seen }
  }
  return { parts: withOffset(taken, result), seen }
}

function frameAfterMachinery(frames: readonly NormalizedFrame[], rules: CompiledRules, result: SignatureResult): number {
  const index = frames.findIndex((frame) => rules.sentinels.has(frame.text))
  const sentinel = frames[index]
  if (index <= 0 || sentinel === undefined) return 0
  const above = index === 1 ? 'the frame above it is' : `the ${index} frames above it are`
  const why = `started here: \`${sentinel.text}\` is a sentinel, ${above} machinery`
  addStep(result, { rule: 'sentinel', frame: index, before: frames[0]?.raw ?? '', after: sentinel.text, why })
  return index
}

function reasonToSkip(frame: NormalizedFrame, taken: readonly NormalizedFrame[], rules: CompiledRules): string | undefined {
  if (frame.text === '') return 'nothing is known about this frame'
  if (rules.irrelevant.test(frame.text)) return `on the list of irrelevant functions: ${rules.irrelevant.explain(frame.text)}`
  if (frame.kind === 'system-function' && !rules.prefix.test(frame.text) && taken.some((other) => other.kind === 'system-function')) {
    return 'one function of the system is enough'
  }
  if (frame.kind === 'system-module') {
    return taken.some((other) => other.text === frame.text) ? 'a system library without symbols, named already' : undefined
  }
  return frame.text === taken.at(-1)?.text && isNameOfModule(frame.text) ? 'the same module without symbols as the frame before' : undefined
}

function reasonToGoOn(frame: NormalizedFrame, rules: CompiledRules): string | undefined {
  if (rules.prefix.test(frame.text)) return `on the list of prefixes, which never stand alone: ${rules.prefix.explain(frame.text)}`
  if (frame.kind === 'system-function') return 'a function of a system library, its caller tells more'
  return frame.kind === 'system-module' ? 'a system library without symbols, its caller tells more' : undefined
}

/** Socorro's notion, by the text: it also catches symbol files that give a module's name for a function. */
function isNameOfModule(text: string): boolean {
  if (text.startsWith('(unloaded')) return false
  return /\.(?:dll|so)$/i.test(text) || text === 'XUL' || text === '<name omitted>' || text.startsWith('<unknown in')
}

/** No application's frame was found: only the offset in the first system library keeps different crashes apart. */
function withOffset(taken: readonly NormalizedFrame[], result: SignatureResult): string[] {
  const first = taken.find((frame) => frame.kind === 'system-module')
  if (first !== undefined && first.exact !== first.text) {
    const why = 'no frame of the application itself was found, so the first system library is given with its offset'
    addStep(result, { rule: 'offset', frame: null, before: first.text, after: first.exact, why })
  }
  return taken.map((frame) => (frame === first ? frame.exact : frame.text))
}
