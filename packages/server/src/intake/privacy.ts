/**
 * A project's privacy rules, applied to a whole submission before any of it is kept: fields, the JSON reports of browsers and scripts, the
 * sender's address, and what a dump repeats of the fields.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { PrivacyRules } from '../api/project-settings.ts'
import type { Submission, SubmittedFile } from '../dialect/submission.ts'
import { rewriteSynced } from '../durable/durable-files.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import { blankValues, blankValuesInFile, patternsOf } from './blank-values.ts'
import { type FieldPrivacy, fieldPrivacy } from './field-privacy.ts'
import { redactJson } from './json-privacy.ts'

/** Their one file is the report itself, as JSON. */
const jsonKinds = new Set(['browser', 'javascript', 'error'])
/** What other services' clients send beside a dump, kept under these names by the dialects. */
const jsonNames = new Set(['report', 'event'])
/** A JSON file beyond it is not looked into, and therefore not kept. Browsers' reports end at 1 MiB, script errors far below. */
const maxJsonBytes = 16 * 1024 * 1024
const dumpMagic = new Set(['MDMP', 'PMDM'])

export interface Redacted {
  readonly submission: Submission
  /** Files on disk that nothing needs any more. */
  readonly unneeded: readonly string[]
}

export async function applyPrivacy({ settings, hashKey }: LedgerProject, submission: Submission): Promise<Redacted> {
  const rules = rulesFor(submission, settings.privacy)
  if (saysNothing(rules)) return { submission, unneeded: [] }
  const privacy = fieldPrivacy(rules, hashKey)
  const { fields, removed } = redactFields(submission.fields, privacy)
  const problems = [...submission.problems]
  const unneeded: string[] = []
  const leaveOut = (file: SubmittedFile, why: string) => {
    problems.push({ code: 'file_not_kept', message: `The file ${JSON.stringify(file.name)} (${file.size} bytes) was left out: ${why}` })
    if (file.content.kind === 'file') unneeded.push(file.content.path)
  }
  const files: SubmittedFile[] = []
  const patterns = patternsOf(removed)
  for (const file of submission.files) {
    const isReport = (jsonKinds.has(submission.kind) || jsonNames.has(file.name)) && looksLikeJson(file)
    if (rules.metadataOnly && !isReport) leaveOut(file, 'the project keeps no files.')
    else if (!isReport) files.push(patterns.length > 0 ? await redactDump(file, patterns) : file)
    else {
      const redacted = await redactJsonFile(file, privacy)
      if (redacted === undefined) leaveOut(file, 'the privacy rules could not be applied to it.')
      else files.push(redacted)
    }
  }
  const { address: _, ...sender } = submission.sender
  return { submission: { ...submission, fields, files, problems, ...(rules.dropAddress ? { sender } : {}) }, unneeded }
}

/** Addresses of pages give away who looked at what, and nobody has to ask for them to be shortened. */
function rulesFor({ kind, dialect }: Submission, rules: PrivacyRules): PrivacyRules {
  return (kind === 'browser' || dialect === 'reporting-api') && !rules.keepBrowserUrls ? { ...rules, stripUrls: true } : rules
}

function saysNothing({ dropFields, hashFields, stripUrls, dropAddress, metadataOnly }: PrivacyRules): boolean {
  return dropFields.length === 0 && hashFields.length === 0 && !stripUrls && !dropAddress && !metadataOnly
}

function redactFields(fields: ReadonlyMap<string, string>, privacy: FieldPrivacy): { fields: Map<string, string>; removed: Set<string> } {
  const kept = new Map<string, string>()
  const removed = new Set<string>()
  for (const [name, value] of fields) {
    const now = privacy(name, value)
    if (now !== undefined) kept.set(name, now)
    if (now !== value) removed.add(value)
  }
  return { fields: kept, removed }
}

function looksLikeJson({ contentType, content }: SubmittedFile): boolean {
  if (contentType?.toLowerCase().includes('json') === true) return true
  return content.kind === 'bytes' && /^\s*[{[]/.test(Buffer.from(content.bytes.subarray(0, 100)).toString('latin1'))
}

async function redactJsonFile(file: SubmittedFile, privacy: FieldPrivacy): Promise<SubmittedFile | undefined> {
  if (file.size > maxJsonBytes) return undefined
  const { content } = file
  const before = content.kind === 'bytes' ? Buffer.from(content.bytes) : await readFile(content.path)
  const text = redactJson(before.toString('utf8'), privacy)
  if (text === undefined) return undefined
  const bytes = Buffer.from(text, 'utf8')
  if (content.kind === 'file') await rewriteSynced(content.path, bytes)
  return { ...file, size: bytes.length, sha256: sha256(bytes), content: content.kind === 'file' ? content : { kind: 'bytes', bytes } }
}

async function redactDump(file: SubmittedFile, patterns: ReturnType<typeof patternsOf>): Promise<SubmittedFile> {
  const { content } = file
  if (content.kind === 'bytes') {
    if (!dumpMagic.has(Buffer.from(content.bytes.subarray(0, 4)).toString('latin1'))) return file
    const bytes = Buffer.from(content.bytes)
    return blankValues(bytes, patterns) ? { ...file, sha256: sha256(bytes), content: { kind: 'bytes', bytes } } : file
  }
  if (!(await isDumpFile(content.path)) || !(await blankValuesInFile(content.path, patterns))) return file
  const hash = createHash('sha256')
  await pipeline(createReadStream(content.path), hash)
  return { ...file, sha256: hash.digest('hex') }
}

async function isDumpFile(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { end: 3, encoding: 'latin1' })) return dumpMagic.has(String(chunk))
  return false
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
