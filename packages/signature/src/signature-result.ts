import { maxStepTextLength } from './limits.ts'

/** One decision on the way to a signature, for a person to read. */
export interface SignatureStep {
  rule: string
  /** Index in the flat list of frames (inlines counted), where the step is about one. */
  frame: number | null
  before: string
  /** `null`: skipped. */
  after: string | null
  why: string
}

export interface SignatureResult {
  /** Printable ASCII, never empty, at most 255 characters. */
  signature: string
  /** Every frame that was looked at, joined; for searching. Empty when there was no native stack. */
  protoSignature: string
  normalizedFrames: string[]
  /** Socorro's notes, in its wording. */
  notes: string[]
  steps: SignatureStep[]
}

export function emptyResult(): SignatureResult {
  return { signature: '', protoSignature: '', normalizedFrames: [], notes: [], steps: [] }
}

export function addStep(result: SignatureResult, step: SignatureStep): void {
  const { rule, frame, before, after, why } = step
  result.steps.push({ rule, frame, before: stepText(before), after: after === null ? null : stepText(after), why: stepText(why) })
}

/** Replaces the signature and says so in a step. */
export function changeSignature(result: SignatureResult, rule: string, signature: string, why: string): void {
  addStep(result, { rule, frame: null, before: result.signature, after: signature, why })
  result.signature = signature
}

function stepText(text: string): string {
  return text.length > maxStepTextLength ? `${text.slice(0, maxStepTextLength - 3)}...` : text
}
