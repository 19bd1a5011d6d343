import { expect, it } from 'vitest'
import { summaryOfFields } from './fields-only.ts'

const report = { kind: 'minidump', files: [], fields: { prod: 'App', ptype: 'renderer' }, problems: [] }

it('signs a report without files by the kind of its process, and says whether they were left out', () => {
  expect(summaryOfFields(report)?.signature).toBe('EMPTY: no dump sent | renderer')
  const redacted = {
    ...report,
    fields: {},
    problems: [{ code: 'file_not_kept', message: 'The file "upload_file_minidump" was left out.' }],
  }
  expect(summaryOfFields(redacted)?.signature).toBe('EMPTY: dump not kept')
})

it('leaves reports alone that have files, or that are nothing without one', () => {
  const file = { name: 'log', size: 1, sha256: '' }
  expect(summaryOfFields({ ...report, files: [file] })).toBeUndefined()
  expect(summaryOfFields({ ...report, kind: 'browser' })).toBeUndefined()
})
