import type { ReportTask } from './messages.ts'

/** Crashpad's and Breakpad's name for the dump. Several dumps may come with one report (`upload_file_minidump_browser`); this is the main one. */
const dumpName = 'upload_file_minidump'

interface NamedFile {
  readonly name: string
  readonly fileName?: string | null | undefined
  readonly contentType?: string | null | undefined
}

/** What the dialects of other services call an error's own file. */
const errorReport = { name: 'report', contentType: 'application/json' }

/** How the main file is read. */
export function taskKind(kind: string, file: NamedFile | undefined): ReportTask['kind'] {
  if (kind === 'browser') return 'browser'
  return kind !== 'minidump' && isErrorReport(file) ? 'error' : 'minidump'
}

function isErrorReport(file: NamedFile | undefined): boolean {
  return file?.name === errorReport.name && file.contentType === errorReport.contentType
}

/** Index of the file that says what happened; undefined where none can. */
export function mainFile(kind: string, files: readonly NamedFile[]): number | undefined {
  const candidates: readonly ((file: NamedFile) => boolean)[] =
    kind === 'browser'
      ? [({ name }) => name === 'report', ({ fileName }) => fileName?.endsWith('.json') ?? false]
      : [
          ...(kind === 'minidump' ? [] : [isErrorReport]),
          ({ name }) => name === dumpName,
          ({ name }) => name.startsWith(dumpName),
          ({ name, fileName }) => /\.(dmp|mdmp)$/i.test(fileName ?? name),
        ]
  for (const candidate of candidates) {
    const index = files.findIndex(candidate)
    if (index >= 0) return index
  }
  return files.length === 1 ? 0 : undefined
}
