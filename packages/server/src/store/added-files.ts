/**
 * Files that came after their report, beside its blobs: `ID/added/ADDITION.json` tells names, `ID/added/ADDITION-N` are the bytes. An
 * addition has an id of its own, so that settling it twice changes nothing, and nothing that lies there is ever overwritten.
 */
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Blobs } from './blobs/blobs.ts'
import { isReportId, reportPrefix } from './report-file.ts'

const optionalText = Type.Optional(Type.String())
const AdditionSchema = Type.Object({
  format: Type.Literal(1),
  files: Type.Array(
    Type.Object({ name: Type.String(), fileName: optionalText, contentType: optionalText, size: Type.Number(), sha256: Type.String() }),
  ),
})

export interface Addition {
  readonly format: 1
  readonly files: readonly {
    readonly name: string
    readonly fileName?: string
    readonly contentType?: string
    readonly size: number
    readonly sha256: string
  }[]
}

export type AddedFile = Addition['files'][number] & { readonly blobKey: string }

export function additionsPrefix(reportId: string): string {
  return `${reportPrefix(reportId)}added/`
}

export function additionKeys(reportId: string, additionId: string): { readonly list: string; file(index: number): string } {
  const start = `${additionsPrefix(reportId)}${additionId}`
  return { list: `${start}.json`, file: (index) => `${start}-${index}` }
}

/** In the order in which they came. A name that is taken, by the report's own files or an earlier addition, becomes `name#2` and so on. */
export async function readAddedFiles(blobs: Blobs, reportId: string, takenNames: readonly string[]): Promise<AddedFile[]> {
  if (!isReportId(reportId)) return []
  const names = new Set(takenNames)
  const added: AddedFile[] = []
  for await (const key of blobs.list(additionsPrefix(reportId))) {
    if (!key.endsWith('.json')) continue
    const addition = parseAddition(await blobs.read(key))
    for (const [i, file] of (addition?.files ?? []).entries()) {
      const name = freeName(file.name, names)
      names.add(name)
      added.push({ ...file, name, blobKey: `${key.slice(0, -'.json'.length)}-${i}` })
    }
  }
  return added
}

/** Brings what was added to a report over to the one that took its place. */
export async function moveAdditions(blobs: Blobs, fromId: string, toId: string): Promise<void> {
  const from = additionsPrefix(fromId)
  const keys: string[] = []
  for await (const key of blobs.list(from)) keys.push(key)
  // The lists last: where one lies, its files lie.
  for (const key of [...keys.filter((key) => !key.endsWith('.json')), ...keys.filter((key) => key.endsWith('.json'))]) {
    const file = await blobs.localFile(key)
    if (file === undefined) continue
    await blobs.put(`${additionsPrefix(toId)}${key.slice(from.length)}`, { path: file.path })
    await file.release()
  }
}

export function encodeAddition(addition: Addition): Uint8Array {
  return Buffer.from(JSON.stringify(addition))
}

function parseAddition(bytes: Uint8Array | undefined): Addition | undefined {
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString())
    return isAddition(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isAddition(value: unknown): value is Addition {
  return Value.Check(AdditionSchema, value)
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  let number = 2
  while (taken.has(`${wanted}#${number}`)) number += 1
  return `${wanted}#${number}`
}
