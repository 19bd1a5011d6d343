import { type Minidump, readMinidump } from '@crashkeep/minidump'
import { fileSource } from '@crashkeep/minidump/node'

/** Annotations of programs beyond it are cut by the server anyway. */
const maxFieldLength = 256 * 1024

/**
 * The fields that Crashpad's handler would send with this dump: the annotations of the process, then those of its modules, of which the
 * first of a name counts, and the id of the client. Throws MinidumpError for what is no dump.
 */
export function fieldsOfDump(path: string): { readonly fields: Map<string, string>; readonly crashedAt: Date | undefined } {
  const source = fileSource(path)
  try {
    const dump = readMinidump(source)
    return { fields: annotationsOf(dump), crashedAt: dump.timestamp > 0 ? new Date(dump.timestamp * 1000) : undefined }
  } finally {
    source.close()
  }
}

function annotationsOf({ crashpad }: Minidump): Map<string, string> {
  const fields = new Map<string, string>()
  if (crashpad === undefined) return fields
  const add = (name: string, value: string) => {
    if (name !== '' && !fields.has(name)) fields.set(name, value.slice(0, maxFieldLength))
  }
  for (const [name, value] of crashpad.annotations) add(name, value)
  for (const module of crashpad.modules) {
    for (const [name, value] of module.simpleAnnotations) add(name, value)
    for (const annotation of module.annotationObjects) if (annotation.text !== undefined) add(annotation.name, annotation.text)
  }
  if (/[1-9a-f]/.test(crashpad.clientId)) fields.set('guid', crashpad.clientId)
  return fields
}
