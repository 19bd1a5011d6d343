const encoder = /* @__PURE__ */ new TextEncoder()

/** The bytes of a well-formed text as Chromium's quota counts them: JSON in UTF-8, with `<` and `>` as six bytes (156, measured). */
export function jsonBytes(text: string): number {
  return encoder.encode(JSON.stringify(text).replace(/[<>]/g, '\\u0000')).length
}

/** Of one entry, with its colon and a comma; an object of entries has one byte more than their sum: two braces, and a comma less. */
export function entryBytes(key: string, value: string): number {
  return jsonBytes(key) + jsonBytes(value) + 2
}

/** One lone surrogate, as of an emoji cut in half, and the browser's report comes without any context at all. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}

/** Whatever a page hands over, without ever throwing. */
export function textOf(value: unknown): string {
  try {
    return wellFormed(String(value))
  } catch {
    return ''
  }
}
