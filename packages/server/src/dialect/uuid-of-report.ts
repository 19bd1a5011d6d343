/**
 * A UUID for clients that insist on one: version 7, with the time of the report's id and the first of its random digits. It is an alias, under
 * which the report is found like under its id.
 */
export function uuidOfReport(reportId: string): string {
  const time = reportId.slice(0, 12)
  const random = reportId.slice(12)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`
}

/** With dashes, from the two forms in which UUIDs are written; undefined for anything else. */
export function dashedUuid(text: string | undefined): string | undefined {
  const digits = text?.trim().toLowerCase() ?? ''
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(digits)) return digits
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')
}

/** Both forms, since people paste either. */
export function uuidAliases(dashed: string): readonly string[] {
  return [dashed, dashed.replaceAll('-', '')]
}
