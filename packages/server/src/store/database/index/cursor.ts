import { StoreError } from '../../errors.ts'

/** A cursor holds the sort values of the last row of a page: numbers and one id, nothing that a caller may not see. */
export function writeCursor(numbers: readonly number[], id: string): string {
  return [...numbers, id].join('.')
}

export function readCursor(cursor: string, numbers: number): { readonly numbers: readonly number[]; readonly id: string } {
  const parts = cursor.split('.')
  const id = parts.pop() ?? ''
  const values = parts.map(Number)
  if (values.length !== numbers || !values.every(Number.isSafeInteger) || !/^[0-9a-z]{1,64}$/.test(id))
    throw new StoreError('bad_cursor', 'The cursor is not one of this list; start again without it')
  return { numbers: values, id }
}

export function pageSize(limit: number, max: number): number {
  return Math.min(Math.max(1, Math.trunc(limit)), max)
}
