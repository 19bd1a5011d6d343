import { statSync } from 'node:fs'
import { type Minidump, MinidumpError, readMinidump } from '@crashkeep/minidump'
import { fileSource } from '@crashkeep/minidump/node'
import { CommandError } from './errors.ts'

export interface OpenDump {
  readonly dump: Minidump
  close(): void
}

/** Reads a minidump from the disk; throws one sentence that names the file. */
export function openDump(path: string): OpenDump {
  if (statSync(path).isDirectory()) throw new CommandError(`${path} is a folder; give the minidump itself.`)
  const source = fileSource(path)
  try {
    return { dump: readMinidump(source), close: () => source.close() }
  } catch (error) {
    source.close()
    throw error instanceof MinidumpError ? new CommandError(`${path}: ${error.message}`, { cause: error }) : error
  }
}
