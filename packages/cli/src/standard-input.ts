import { CommandError } from './errors.ts'

/** The JSON of a dump with thousands of threads has some 50 MB; what is larger was piped by mistake. */
const maxInputBytes = 256 * 1024 * 1024

export async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > maxInputBytes) throw new CommandError(`Standard input is larger than ${maxInputBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
