/** What a dump says of itself in Crashpad's annotations: the text fields of its upload. */
import { type Minidump, MinidumpError, readMinidump } from '@crashkeep/minidump'
import { fileSource } from '@crashkeep/minidump/node'
import { crashReason } from './crash-reason.ts'

const fileField = 'upload_file_minidump'

export interface DumpFacts {
  readonly fields: ReadonlyMap<string, string>
  readonly reason?: string
}

/** A file that is no dump has no facts; it is sent as it is, and the server says what it thinks of it. */
export function readDumpFacts(path: string): DumpFacts {
  const source = openDump(path)
  if (source === undefined) return { fields: new Map() }
  try {
    const dump = readMinidump(source)
    const fields = dumpFields(dump)
    const reason = crashReason(dump, fields)
    return { fields, ...(reason !== undefined && { reason }) }
  } catch (error) {
    if (error instanceof MinidumpError) return { fields: new Map() }
    throw error
  } finally {
    source.close()
  }
}

function openDump(path: string): ReturnType<typeof fileSource> | undefined {
  try {
    return fileSource(path)
  } catch {
    return undefined
  }
}

/** Crashpad's order (`BreakpadHTTPFormParametersFromMinidump`): the process's own annotations, then each module's; of two with one name the first stays. */
export function dumpFields(dump: Pick<Minidump, 'crashpad'>): Map<string, string> {
  const fields = new Map<string, string>()
  const add = (name: string, value: string): void => {
    if (!fields.has(name) && name !== fileField) fields.set(name, value)
  }
  const lists: string[] = []
  for (const [name, value] of dump.crashpad?.annotations ?? []) add(name, value)
  for (const module of dump.crashpad?.modules ?? []) {
    for (const [name, value] of module.simpleAnnotations) add(name, value)
    for (const { name, text } of module.annotationObjects) if (text !== undefined) add(name, text)
    lists.push(...module.listAnnotations)
  }
  if (lists.length > 0) add('list_annotations', lists.join('\n'))
  if (dump.crashpad !== undefined) fields.set('guid', dump.crashpad.clientId)
  return fields
}
