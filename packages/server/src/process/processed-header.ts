/**
 * `processed.json` is one JSON document laid out so that the server can read its small part without parsing the large one:
 * a first line with everything that lists and headings need, then `"crash":` and the crash on the lines below.
 */
export interface ProcessedHeader {
  readonly processorVersion: number
  readonly rulesVersion: number
  /** ISO 8601. */
  readonly processedAt: string
  readonly signature: {
    readonly signature: string
    readonly protoSignature: string
    readonly notes: readonly string[]
    readonly steps: readonly HeaderStep[]
  }
  readonly sentence: string | null
  readonly problems: readonly { readonly code: string; readonly message: string }[]
}

export interface HeaderStep {
  readonly rule: string
  readonly frame: number | null
  readonly before: string
  readonly after: string | null
  readonly why: string
}

/** Raised whenever the same dump and symbols would give a different `crash`. */
export const processorVersion = 1

/** No string of a JSON text contains a bare line feed, so the first one of the file ends the header. */
export const headerEnd = ',\n"crash":'
export const crashEnd = '\n}\n'

export function formatProcessed(header: ProcessedHeader, crashJson: string): string[] {
  return [JSON.stringify(header).slice(0, -1), headerEnd, crashJson, crashEnd]
}
