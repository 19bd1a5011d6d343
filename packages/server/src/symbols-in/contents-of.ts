import { createReadStream } from 'node:fs'

/** Of several files, one behind the other. */
export async function* contentsOf(paths: readonly string[]): AsyncGenerator<Buffer> {
  for (const path of paths) for await (const bytes of createReadStream(path)) yield Buffer.from(bytes)
}
