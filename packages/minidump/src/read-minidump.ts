import type { ByteSource } from './byte-source.ts'
import { MinidumpError } from './errors.ts'
import { readMicrodump } from './microdump/read-microdump.ts'
import type { Minidump } from './minidump.ts'
import { readBinaryMinidump } from './read-binary-minidump.ts'

/**
 * Reads everything but the contents of memory. Throws a {@link MinidumpError} when the file is no minidump; damage inside one
 * becomes an entry of `problems`. A log with a microdump in it is read as well (`microdump` is set then).
 */
export function readMinidump(source: ByteSource): Minidump {
  try {
    return readBinaryMinidump(source)
  } catch (error) {
    const microdump = error instanceof MinidumpError && error.code === 'bad_signature' ? readMicrodump(source) : undefined
    if (microdump === undefined) throw error
    return microdump
  }
}
