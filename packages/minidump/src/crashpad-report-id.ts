import type { ByteSource } from './byte-source.ts'
import { readDirectory } from './directory.ts'
import { DumpView } from './dump-view.ts'
import { MinidumpError } from './errors.ts'
import { readHeader } from './header.ts'
import { streamType } from './stream-types.ts'
import { uuid } from './streams/crashpad-info.ts'

const noId = '00000000-0000-0000-0000-000000000000'

/**
 * The report id inside a Crashpad dump, lower-case UUID; looks at the directory and one stream only. `undefined` for what is no
 * dump, for a dump of another writer, and for an id of zeros.
 */
export function readCrashpadReportId(source: ByteSource): string | undefined {
  try {
    const header = readHeader(source)
    const dump = new DumpView(source, header.littleEndian)
    const stream = readDirectory(dump, header).findLast(({ type }) => type === streamType.crashpadInfo)
    const fields = stream !== undefined && stream.size >= 20 ? dump.fields(stream.rva, 20) : undefined
    const id = fields && uuid(fields, 4)
    return id === noId ? undefined : id
  } catch (error) {
    if (error instanceof MinidumpError) return undefined
    throw error
  }
}
