/** What a person types into the settings, and what the server is told. */
export function linesOf(text: string): string[] {
  return [...new Set(text.split(/[\n,]/).map((line) => line.trim()))].filter((line) => line !== '')
}

export function textOfLines(lines: readonly string[]): string {
  return lines.join('\n')
}

/** Empty is no limit; NaN is no number. */
export function numberOf(text: string): number | null {
  const digits = text.replaceAll(/[\s_.,']/g, '')
  return digits === '' ? null : /^\d+$/.test(digits) ? Number(digits) : Number.NaN
}

export function textOfNumber(value: number | null): string {
  return value === null ? '' : String(value)
}

/** A name for a rule that the counters can show. */
export function ruleName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 60)
}
