/** Crashpad's and Breakpad's name for the dump. Several dumps may come with one report (`upload_file_minidump_browser`); this is the main one. */
const dumpName = 'upload_file_minidump'

interface NamedFile {
  readonly name: string
  readonly fileName?: string | null | undefined
}

/** Index of the file that says what happened; undefined where none can. */
export function mainFile(kind: string, files: readonly NamedFile[]): number | undefined {
  const candidates: readonly ((file: NamedFile) => boolean)[] =
    kind === 'browser'
      ? [({ name }) => name === 'report', ({ fileName }) => fileName?.endsWith('.json') ?? false]
      : [
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
