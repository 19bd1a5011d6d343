import type { ProcessedProblem } from './processed-crash.ts'

/** What a sender knows beside the dump. */
export interface SenderFacts {
  /** Who signed a module, by the file name of the module. */
  readonly certificates: ReadonlyMap<string, string>
  /** As `0x1f`; used when the dump does not tell. */
  readonly cpuMicrocodeVersion?: string
}

export const noSenderFacts: SenderFacts = { certificates: new Map() }

/**
 * Reads the annotations that Firefox sends beside a dump, which rust-minidump calls "evil JSON": of them `ModuleSignatureInfo`
 * (`{"subject": ["module", …]}`, or the text of such an object) and `CPUMicrocodeVersion`. What is not as expected is a problem.
 */
export function parseExtraJson(text: string): SenderFacts & { readonly problems: readonly ProcessedProblem[] } {
  const values = parseObject(text)
  if (values === undefined) return { ...noSenderFacts, problems: [problem('The extra JSON is not an object.')] }
  const signatures = values.ModuleSignatureInfo
  const bySubject = typeof signatures === 'string' ? parseObject(signatures) : asObject(signatures)
  const certificates = new Map<string, string>()
  for (const [subject, modules] of Object.entries(bySubject ?? {})) {
    for (const module of Array.isArray(modules) ? modules : []) if (typeof module === 'string') certificates.set(module, subject)
  }
  const microcode = values.CPUMicrocodeVersion
  return {
    certificates,
    ...(typeof microcode === 'string' && { cpuMicrocodeVersion: microcode }),
    problems:
      signatures !== undefined && bySubject === undefined ? [problem('ModuleSignatureInfo in the extra JSON is not an object.')] : [],
  }
}

function problem(message: string): ProcessedProblem {
  return { code: 'bad_extra_json', message }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined // The caller says so in a problem.
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}
