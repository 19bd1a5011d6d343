import { randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { RefusedError, type ServerConnection } from '../server-connection.ts'
import type { FoundFile, FoundReport } from './found-report.ts'

export type Sent = { readonly outcome: 'imported' | 'present' | 'erased' } | { readonly outcome: 'refused'; readonly why: string }

/** Sends a report unless the server has it. What it refuses for the report's own sake is an outcome; everything else is thrown. */
export async function sendReport(server: ServerConnection, project: string, report: FoundReport): Promise<Sent> {
  const [source = ''] = report.sources
  if (await isThere(server, source)) return { outcome: 'present' }
  const query = new URLSearchParams(report.sources.map((each): [string, string] => ['source', each]))
  if (report.crashedAt !== undefined) query.set('crashedAt', report.crashedAt.toISOString())
  const { bytes, boundary } = await formOf(report)
  const headers = { 'Content-Type': `multipart/form-data; boundary="${boundary}"` }
  try {
    await server.call('POST', `/projects/${encodeURIComponent(project)}/reports?${query}`, { bytes, headers })
    return { outcome: 'imported' }
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    if (error.status === 409) return { outcome: 'erased' }
    if (![400, 413, 415].includes(error.status)) throw error
    return { outcome: 'refused', why: error.message }
  }
}

async function isThere(server: ServerConnection, source: string): Promise<boolean> {
  try {
    await server.call('GET', `/reports/${encodeURIComponent(source)}`)
    return true
  } catch (error) {
    if (error instanceof RefusedError && error.status === 404) return false
    throw error
  }
}

/** Files are read while they are sent, never whole. */
async function formOf({ content }: FoundReport): Promise<{ readonly bytes: Blob; readonly boundary: string }> {
  if (content.kind === 'form') return { bytes: await openAsBlob(content.path), boundary: content.boundary }
  const boundary = `crashkeep-${randomUUID()}`
  const parts: (string | Blob)[] = []
  for (const [name, value] of content.fields)
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"\r\n\r\n${value}\r\n`)
  for (const file of content.files) parts.push(headOf(file, boundary), await openAsBlob(file.path), '\r\n')
  return { bytes: new Blob([...parts, `--${boundary}--\r\n`]), boundary }
}

function headOf({ name, fileName }: FoundFile, boundary: string): string {
  const disposition = `Content-Disposition: form-data; name="${escaped(name)}"; filename="${escaped(fileName)}"`
  return `--${boundary}\r\n${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`
}

/** As Crashpad and browsers write names. */
function escaped(name: string): string {
  return name.replaceAll(/["%\r\n]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
