import { statSync } from 'node:fs'
import type { Minidump } from '@crashkeep/minidump'
import { CommandError } from './errors.ts'

export interface OpenDump {
  readonly dump: Minidump
  close(): void
}

/** Reads a minidump from the disk; throws one sentence that names the file. */
export async function openDump(path: string): Promise<OpenDump> {
  const [{ MinidumpError, readMinidump }, { fileSource }] = await Promise.all([
    import('@crashkeep/minidump'),
    import('@crashkeep/minidump/node'),
  ])
  if (statSync(path).isDirectory()) throw new CommandError(`${path} is a folder; give the minidump itself.`)
  const source = fileSource(path)
  try {
    return { dump: readMinidump(source), close: () => source.close() }
  } catch (error) {
    source.close()
    throw error instanceof MinidumpError ? new CommandError(`${path}: ${error.message}`, { cause: error }) : error
  }
}
