import { maxIndexedText } from '../limits.ts'

/** Text of a report as both databases take it: PostgreSQL refuses NUL and half characters. Empty is the same as absent. */
export function storable(text: string | undefined | null, maxLength: number = maxIndexedText): string | undefined {
  if (text === undefined || text === null) return undefined
  const clean = text.slice(0, maxLength).replaceAll('\u0000', '').toWellFormed().trim()
  return clean === '' ? undefined : clean
}
