import { parseJson as parseBounded } from '../intake/parse-json.ts'

/** Looks into JSON that a stranger sent. Objects become Maps, so that no name is a prototype's. */
export type JsonObject = ReadonlyMap<string, unknown>

export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** A line or a column: whole, and not below zero. */
export function positionOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null
}

/** Follows names into objects. */
export function at(value: unknown, ...names: readonly string[]): unknown {
  let current: unknown = value
  for (const name of names) current = objectOf(current)?.get(name)
  return current
}

/** Text as it is, numbers and flags as text, anything else as JSON; undefined for nothing, and for what is nested too deeply. */
export function fieldText(value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** Throws for what is no JSON, and for what is nested deeper than any report. */
export function parseJson(bytes: Uint8Array): unknown {
  return parseBounded(bytes)
}
