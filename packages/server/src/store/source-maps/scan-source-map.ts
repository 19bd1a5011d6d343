import { createReadStream } from 'node:fs'
import { normalDebugId } from '@crashkeep/symbols/source-map'
import { StoreError } from '../errors.ts'

/** Longer than what either pattern matches. */
const overlap = 200
/** A name of the document itself: inside a text of the document its quotation marks would have backslashes. */
const debugId = /(?<!\\)"debug_?[iI]d"\s{0,20}:\s{0,20}"([0-9a-fA-F-]{32,36})"/
const mappings = /(?<!\\)"(?:mappings|sections)"\s{0,20}:/

/** Looks through a file, however large, as it passes by: whether it is a source map, and its debug id. Parsing it is the child's work. */
export async function scanSourceMap(path: string): Promise<{ readonly debugId: string | undefined }> {
  let window = ''
  let found: string | undefined
  let hasMappings = false
  let isFirst = true
  for await (const chunk of createReadStream(path, { encoding: 'latin1' })) {
    const text = String(chunk)
    if (isFirst && !/^(?:\xef\xbb\xbf)?\s*(?:\)\]\}'[^\n]*\n\s*)?\{/.test(text)) break
    isFirst = false
    window += text
    hasMappings ||= mappings.test(window)
    found ??= normalDebugId(debugId.exec(window)?.[1] ?? '')
    window = window.slice(-overlap)
  }
  if (!hasMappings) throw new StoreError('bad_source_map', 'The file is no source map: it is not a JSON object with mappings')
  return { debugId: found }
}
