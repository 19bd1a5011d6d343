/** Small readers of unknown JSON: what has not the expected type reads as absent, so that a damaged or newer report still shows the rest. */
export type JsonObject = { readonly [key: string]: unknown }

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function objectAt(from: JsonObject, key: string): JsonObject {
  const value = from[key]
  return isObject(value) ? value : {}
}

export function objectsAt(from: JsonObject, key: string): JsonObject[] {
  const value = from[key]
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function textAt(from: JsonObject, key: string): string | undefined {
  const value = from[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function numberAt(from: JsonObject, key: string): number | undefined {
  const value = from[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function isTrueAt(from: JsonObject, key: string): boolean {
  return from[key] === true
}
