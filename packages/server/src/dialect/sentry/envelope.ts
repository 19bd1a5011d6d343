/**
 * Sentry's envelope: a line of JSON, then items, each a line of JSON and a payload. Its length is in the item's header; where it is not, the
 * payload ends with its line. Source: Sentry's developer documentation, "Envelopes".
 */
import { ServerError } from '../../errors.ts'
import type { ByteReader } from '../byte-reader.ts'
import { numberOf, objectOf, parseJson, textOf } from '../json-value.ts'

/** A header is some hundred bytes; the envelope's own may carry a trace and an address. */
export const maxHeaderBytes: number = 64 * 1024
/** An event with its attachments has a handful; clients put at most 100 sessions together. */
export const maxItems: number = 500

export interface EnvelopeHeader {
  readonly eventId: string | undefined
  readonly dsn: string | undefined
}

export interface EnvelopeItem {
  readonly type: string
  readonly attachmentType: string | undefined
  readonly fileName: string | undefined
  readonly contentType: string | undefined
  /** Must be read, or left, before the next item. */
  readonly payload: AsyncIterable<Uint8Array>
}

export async function readEnvelopeHeader(reader: ByteReader): Promise<EnvelopeHeader> {
  const header = await headerLine(reader)
  if (header === undefined) throw new ServerError('bad_envelope')
  return { eventId: textOf(header.get('event_id')), dsn: textOf(header.get('dsn')) }
}

/** Ends at the first header that cannot be read: what follows it cannot be told apart. `onDamage` hears of it. */
export async function* readEnvelopeItems(reader: ByteReader, onDamage: (what: string) => void): AsyncGenerator<EnvelopeItem> {
  for (let count = 0; !(await reader.atEnd()); ) {
    if (await reader.skip(0x0a)) continue
    if (count === maxItems) return onDamage(`Only the first ${maxItems} items were read.`)
    const header = await headerLine(reader)
    if (header === undefined) return onDamage(`The header of item ${count + 1} cannot be read.`)
    count += 1
    const length = numberOf(header.get('length'))
    const payload = length === undefined || length < 0 ? reader.runOfLine() : reader.run(length)
    yield {
      type: textOf(header.get('type')) ?? 'unknown',
      attachmentType: textOf(header.get('attachment_type')),
      fileName: textOf(header.get('filename')),
      contentType: textOf(header.get('content_type')),
      payload,
    }
    for await (const _ of payload);
    if (length !== undefined) await reader.skip(0x0a)
  }
}

async function headerLine(reader: ByteReader): Promise<ReadonlyMap<string, unknown> | undefined> {
  const line = await reader.line(maxHeaderBytes)
  if (line === undefined) return undefined
  try {
    return objectOf(parseJson(line))
  } catch {
    return undefined
  }
}
