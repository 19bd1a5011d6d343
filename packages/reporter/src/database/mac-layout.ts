/** The database of macOS: the folders of Linux, metadata in extended attributes of each dump. Read only, through the system's own program. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { maxListedReports, maxRemoteIdBytes } from '../limits.ts'
import { namesIn } from './generic-layout.ts'
import { fromSeconds, type StoredReport } from './stored-report.ts'
import { isUuid } from './uuid.ts'

/** Text of all attributes of one file, as `xattr -l` prints them: a line `name: value` for each. */
export type ReadAttributes = (path: string) => string

const namePattern = /^(?:org\.chromium\.crashpad|com\.googlecode\.crashpad)\.database\.(\w+): ?(.*)$/
const readTimeoutMs = 10_000

export function readMacReports(folder: string, readAttributes: ReadAttributes = xattr): StoredReport[] {
  const reports: StoredReport[] = []
  for (const state of ['pending', 'completed'] as const) {
    for (const name of namesIn(join(folder, state))) {
      const id = name.slice(0, -4)
      if (!name.endsWith('.dmp') || !isUuid(id) || reports.length >= maxListedReports) continue
      reports.push(macReport(id, state, join(folder, state, name), parseAttributes(readAttributes(join(folder, state, name)))))
    }
  }
  return reports
}

function macReport(id: string, folder: 'pending' | 'completed', dumpPath: string, attributes: ReadonlyMap<string, string>): StoredReport {
  const uploaded = attributes.get('uploaded') === '1'
  return {
    id,
    // Crashpad holds the file itself while it sends; from outside that cannot be seen.
    state: uploaded ? 'uploaded' : folder === 'pending' ? 'pending' : 'kept',
    dumpPath,
    createdAt: new Date(number(attributes.get('creation_time')) * 1000),
    uploadAttempts: number(attributes.get('upload_count')),
    uploadRequested: attributes.get('upload_explicitly_requested') === '1',
    ...fromSeconds(number(attributes.get('last_upload_time'))),
    ...(uploaded && { remoteId: (attributes.get('id') ?? '').slice(0, maxRemoteIdBytes) }),
  }
}

export function parseAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, name, value] = namePattern.exec(line) ?? []
    if (name !== undefined && value !== undefined) attributes.set(name, value)
  }
  return attributes
}

function number(text: string | undefined): number {
  const value = Number(text ?? 0)
  return Number.isSafeInteger(value) && value >= 0 ? value : 0
}

function xattr(path: string): string {
  try {
    return execFileSync('/usr/bin/xattr', ['-l', path], { encoding: 'utf8', timeout: readTimeoutMs, stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}
