/**
 * 36 lower-case hexadecimal digits: 12 for the Unix time in milliseconds, 24 random. It sorts by time, and every Crashpad and Breakpad
 * client takes it for an id (Linux Breakpad wants its first 16, or 36, characters to be hexadecimal).
 */
export function makeReportId(nowMs: number, random: (bytes: number) => Uint8Array): string {
  const time = Math.max(0, Math.trunc(nowMs)).toString(16).padStart(12, '0').slice(-12)
  return time + Buffer.from(random(12)).toString('hex')
}

export function isReportId(text: string): boolean {
  return /^[0-9a-f]{36}$/.test(text)
}

/** The time in an id, Unix milliseconds. */
export function timeOfReportId(id: string): number {
  return Number.parseInt(id.slice(0, 12), 16)
}
