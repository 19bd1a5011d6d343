import type { DumpView } from '../dump-view.ts'
import { maxHandleInfoBytes, maxHandleInfos, maxHandles } from '../limits.ts'
import type { Location } from '../location.ts'
import { readExtendedList } from './lists.ts'

/** What the writer found out about the object behind a handle; the number says what the bytes are (HandleObjectInformationType). */
export interface HandleObjectInfo {
  readonly type: number
  readonly size: number
  /** The first bytes of it. */
  readonly bytes: Uint8Array
}

/** An open handle of Windows, or what Crashpad writes like one elsewhere. */
export interface Handle {
  readonly handle: bigint
  /** `File`, `Mutant`, …; absent when the dump does not say. */
  readonly typeName?: string
  readonly objectName?: string
  readonly attributes: number
  readonly grantedAccess: number
  readonly handleCount: number
  readonly pointerCount: number
  readonly objectInfos?: readonly HandleObjectInfo[]
}

const stream = 'HandleData'
const firstSize = 32
/** The second version ends in the place of a chain of {@link HandleObjectInfo}. */
const secondSize = 40

export function readHandleData(dump: DumpView, at: Location): Handle[] {
  const stride = dump.record(at, 12, 12, stream)?.u32(4) ?? 0
  const entrySize = stride >= secondSize ? secondSize : firstSize
  const list = readExtendedList(dump, at, { stream, entrySize, maximum: maxHandles }, 4)
  const handles: Handle[] = []
  let infosLeft = maxHandleInfos
  for (let i = 0; list !== undefined && i < list.count; i++) {
    const { fields } = list
    const entry = list.at(i)
    const typeName = optionalString(dump, fields.u32(entry + 8))
    const objectName = optionalString(dump, fields.u32(entry + 12))
    const objectInfos = entrySize === secondSize ? readObjectInfos(dump, fields.u32(entry + 32), infosLeft) : []
    infosLeft -= objectInfos.length
    handles.push({
      handle: fields.u64(entry),
      ...(typeName !== undefined && { typeName }),
      ...(objectName !== undefined && { objectName }),
      attributes: fields.u32(entry + 16),
      grantedAccess: fields.u32(entry + 20),
      handleCount: fields.u32(entry + 24),
      pointerCount: fields.u32(entry + 28),
      ...(objectInfos.length > 0 && { objectInfos }),
    })
  }
  return handles
}

function optionalString(dump: DumpView, rva: number): string | undefined {
  return rva === 0 ? undefined : dump.utf16String(rva, stream)
}

/** Each record says where the next one is; a chain that bites its tail ends at the limit. */
function readObjectInfos(dump: DumpView, first: number, limit: number): HandleObjectInfo[] {
  const infos: HandleObjectInfo[] = []
  for (let rva = first; rva !== 0; ) {
    const fields = infos.length < limit ? dump.fields(rva, 12) : undefined
    if (fields === undefined) {
      dump.problems.add('bad_record', `What is known about a handle ends at ${rva}: outside of the file, or too much.`, stream)
      break
    }
    const size = fields.u32(8)
    infos.push({ type: fields.u32(4), size, bytes: dump.source.read(rva + 12, Math.min(size, maxHandleInfoBytes)).slice() })
    rva = fields.u32(0)
  }
  return infos
}
