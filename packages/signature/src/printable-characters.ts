/** Printable ASCII only. A tab vanishes, it does not become a space. */
export function printableCharacters(text: string): string {
  return text.trim().replace(/[^\x20-\x7e]/g, '')
}

/** By whole characters, so that no half of a pair is left. */
export function firstCharacters(text: string, count: number): string {
  return text.length <= count ? text : [...text.slice(0, count * 2)].slice(0, count).join('')
}
