// biome-ignore-all lint/correctness/noUndeclaredDependencies: a program of the tests, bundled from the workspace.
/** A Worker that walks a dump as the offline viewer does: everything is read from Blobs, nothing leaves the page. */
import { readMinidump } from '@crashkeep/minidump'
import { formatJson, processMinidump } from '@crashkeep/stackwalk'
import { blobSource, blobSymbols } from '@crashkeep/stackwalk/browser'

addEventListener('message', (event: MessageEvent<{ dump: Blob; symbols: Blob[] }>) => {
  try {
    const dump = readMinidump(blobSource(event.data.dump))
    postMessage({ json: formatJson(processMinidump(dump, { symbols: blobSymbols(event.data.symbols) })) })
  } catch (error) {
    postMessage({ error: error instanceof Error ? error.message : String(error) })
  }
})
