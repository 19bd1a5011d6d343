import { maxFieldLength, maxJavaSignatureLength } from './limits.ts'
import { addStep, emptyResult, type SignatureResult } from './signature-result.ts'

const note = 'SignatureGenerationRule: JavaSignatureTool: '

/** `Class: description` of the first line and the method of the second, without line number and object addresses. */
export function javaStackSignature(trace: string): SignatureResult {
  const result = emptyResult()
  const lines = trace.slice(0, maxFieldLength).split(/\r\n|[\n\r]/)
  const first = lines[0] ?? ''
  const colon = first.indexOf(':')
  if (colon < 0) result.notes.push(`${note}stack trace line 1 is not in the expected format`)
  const exception = colon < 0 ? first : first.slice(0, colon).trim()
  const description =
    colon < 0
      ? ''
      : first
          .slice(colon + 1)
          .trim()
          .replace(/@[0-9a-f]{8}/g, '@<addr>')
  const method = (lines[1] ?? '').trim().replace(/\.java:\d+\)$/, '.java)')
  if (lines.length < 2) result.notes.push(`${note}stack trace line 2 is missing`)
  else if (method === '') result.notes.push(`${note}stack trace line 2 is empty`)

  // The colon before the method stands only after an address: an old mistake of Socorro's, kept there so that groups stay.
  const tail = [description, method].filter((part) => part !== '').join(description.endsWith('<addr>') ? ': ' : ' ')
  result.signature = [exception, tail].filter((part) => part !== '').join(': ')
  if (result.signature.length > maxJavaSignatureLength) {
    result.notes.push(`${note}dropped Java exception description due to length`)
    result.signature = [exception, method].filter((part) => part !== '').join(': ')
  }
  addStep(result, { rule: 'Java stack', frame: null, before: first, after: result.signature, why: 'the report has a Java stack' })
  return result
}

/** Sentry's exception shape, which Android's Gecko sends. `undefined` when it is not that. */
export function javaExceptionSignature(value: unknown): SignatureResult | undefined {
  const exception = first(property(property(value, 'exception'), 'values'))
  const frame = first(property(property(exception, 'stacktrace'), 'frames'))
  const text = (from: unknown, name: string) => {
    const found = property(from, name)
    return typeof found === 'string' ? found : ''
  }
  const type = [text(exception, 'module'), text(exception, 'type')].filter((part) => part !== '').join('.')
  if (type === '') return undefined
  const method = [text(frame, 'module'), text(frame, 'function')].filter((part) => part !== '').join('.')
  const result = emptyResult()
  result.signature = method === '' ? type : `${type}: at ${method}(${text(frame, 'filename')})`
  const why = 'the report has a Java exception'
  addStep(result, { rule: 'Java exception', frame: null, before: type, after: result.signature, why })
  return result
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined
}
