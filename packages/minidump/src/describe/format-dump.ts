import type { Minidump } from '../minidump.ts'
import { describeMinidump } from './describe-minidump.ts'

/** Every stream as text for a person: one heading for each part, lists numbered, small records on one line. */
export function formatDump(dump: Minidump): string {
  const lines: string[] = []
  for (const [title, part] of Object.entries(describeMinidump(dump))) write(lines, '', title, part)
  return `${lines.join('\n')}\n`
}

/** What fits on a line of its own beside other things of its record. */
const maxLineLength = 160

function write(lines: string[], indent: string, title: string, value: unknown): void {
  const inline = oneLine(title, value)
  if (inline !== undefined && indent.length + inline.length <= maxLineLength) {
    lines.push(`${indent}${printable(title)}: ${inline}`)
    return
  }
  lines.push(`${indent}${printable(title)}:`)
  const deeper = `${indent}  `
  if (typeof value === 'string') {
    for (const row of value.split('\n')) lines.push(deeper + printable(row))
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => {
      write(lines, deeper, `[${i}]`, item)
    })
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) write(lines, deeper, key, part)
  }
}

/** Fields of bits and of other people's constants; in decimal nobody knows them. */
const hexFields: ReadonlySet<string> = new Set([
  'flags',
  'code',
  'type',
  'state',
  'protection',
  'allocationProtection',
  'checksum',
  'cpuRaw',
  'osRaw',
  'suiteMask',
  'versionInformation',
  'featureInformation',
  'amdExtendedFeatures',
  'armCpuId',
  'armHwcaps',
  'attributes',
  'grantedAccess',
  'dumpFlags',
  'dumpError',
])

function scalar(key: string, value: unknown): string {
  return typeof value === 'number' && hexFields.has(key) ? `0x${value.toString(16)}` : printable(String(value))
}

/** Scalars, and records of nothing but scalars. */
function oneLine(title: string, value: unknown): string | undefined {
  if (typeof value === 'string') return value.includes('\n') ? undefined : printable(value)
  if (typeof value !== 'object' || value === null) return scalar(title, value)
  const entries = Object.entries(value)
  if (entries.length === 0) return Array.isArray(value) ? 'none' : 'empty'
  if (Array.isArray(value) && typeof value[0] === 'object') return undefined
  if (entries.some(([, part]) => typeof part === 'object' || (typeof part === 'string' && part.includes('\n')))) return undefined
  const words = entries.map(([key, part]) => (Array.isArray(value) ? printable(String(part)) : `${printable(key)} ${scalar(key, part)}`))
  return words.join(', ')
}

/** A dump is hostile, a terminal obeys control characters: they are shown as escapes. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, escapeUnit)
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
