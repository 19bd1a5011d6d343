/**
 * Dumps in a folder, as Breakpad leaves them. Electron up to 15 on Linux with uploads off wrote the whole form that it would have sent over
 * the dump; Electron up to 5 on Windows wrote the fields into a text file beside it. `client_id` holds the installation's id.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { fieldsOfDump } from './dump-fields.ts'
import type { FindReports, FoundReport } from './found-report.ts'
import { filesIn } from './read-folder.ts'

const dumpName = /\.(dmp|mdmp)$/i
const headBytes = 200
const maxTextBytes = 1024 * 1024

export async function isBreakpadFolder(folder: string): Promise<boolean> {
  return [...(await filesIn(folder)).keys()].some((name) => dumpName.test(name))
}

export const breakpadReports: FindReports = async function* (folder, skip) {
  const files = await filesIn(folder)
  const clientId = await textOf(files.get('client_id'))
  for (const [name, path] of files) {
    if (!dumpName.test(name)) continue
    try {
      yield await reportOf(name, path, { clientId, besides: await textOf(files.get(name.replace(dumpName, '.txt'))) })
    } catch (error) {
      skip(path, error instanceof Error ? error.message : String(error))
    }
  }
}

async function reportOf(
  name: string,
  path: string,
  { clientId, besides }: { readonly clientId: string | undefined; readonly besides: string | undefined },
): Promise<FoundReport> {
  const sources = [`sha256:${await hashOf(path)}`]
  const boundary = await boundaryOf(path)
  const writtenAt = (await stat(path)).mtime
  if (boundary !== undefined) return { sources, path, crashedAt: writtenAt, content: { kind: 'form', path, boundary } }
  const { fields, crashedAt = writtenAt } = fieldsOfDump(path)
  for (const line of besides?.split(/\r?\n/) ?? []) {
    const colon = line.indexOf(':')
    if (colon > 0 && !fields.has(line.slice(0, colon))) fields.set(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  if (clientId !== undefined && !fields.has('guid')) fields.set('guid', clientId)
  return { sources, path, crashedAt, content: { kind: 'parts', fields, files: [{ name: 'upload_file_minidump', path, fileName: name }] } }
}

/** A form begins with its delimiter; a dump with MDMP. */
async function boundaryOf(path: string): Promise<string | undefined> {
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.alloc(headBytes)
    const { bytesRead } = await file.read(bytes, 0, headBytes, 0)
    return /^--([^\r\n]{1,190})\r\n/.exec(bytes.toString('latin1', 0, bytesRead))?.[1]
  } finally {
    await file.close()
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

async function textOf(path: string | undefined): Promise<string | undefined> {
  if (path === undefined || (await stat(path)).size > maxTextBytes) return undefined
  return (await readFile(path, 'utf8')).trim()
}
