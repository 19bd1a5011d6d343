/** Files that go with a report: `attachments/ID/NAME`; Crashpad sends each as a part of its own. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ReporterError } from '../errors.ts'
import { maxAttachmentBytes, maxAttachmentNameBytes, maxAttachments } from '../limits.ts'
import { attachmentsFolder, ownFolder } from './generic-layout.ts'

export interface Attachment {
  readonly name: string
  readonly path: string
  readonly bytes: number
}

/** The characters that Crashpad allows. */
const namePattern = /^[A-Za-z0-9._-]+$/

export function attachmentsOf(folder: string, id: string): Attachment[] {
  return [join(folder, attachmentsFolder, id), join(folder, ownFolder, attachmentsFolder, id)]
    .flatMap(filesIn)
    .slice(0, maxAttachments)
    .filter(({ bytes }) => bytes <= maxAttachmentBytes)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function filesIn(path: string): Attachment[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => ({ name, path: join(path, name), bytes: statSync(join(path, name)).size }))
  } catch {
    return []
  }
}

/** `isOurs`: the database is ours to write. Else the file lies in our own folder. */
export function addAttachment(folder: string, id: string, name: string, contents: Uint8Array, isOurs: boolean): void {
  if (!namePattern.test(name) || name.length > maxAttachmentNameBytes || /^\.+$/.test(name)) {
    throw new ReporterError(
      'bad_attachment_name',
      `An attachment's name is made of letters, digits and ._- and has at most ${maxAttachmentNameBytes}.`,
    )
  }
  if (contents.length > maxAttachmentBytes) throw new ReporterError('too_large', `An attachment has at most ${maxAttachmentBytes} bytes.`)
  const path = isOurs ? join(folder, attachmentsFolder, id) : join(folder, ownFolder, attachmentsFolder, id)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (readdirSync(path).length >= maxAttachments)
    throw new ReporterError('too_large', `A report has at most ${maxAttachments} attachments.`)
  try {
    writeFileSync(join(path, name), contents, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new ReporterError('attachment_exists', `The report has an attachment ${name} already.`, { cause })
    }
    throw cause
  }
}
