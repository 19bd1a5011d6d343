/** Puts lines behind the MODULE and INFO lines that a dumper writes at the beginning of its first chunk. */
export function withInfoLines(sink: (chunk: Uint8Array) => void, lines: readonly string[]): (chunk: Uint8Array) => void {
  if (lines.length === 0) return sink
  let first = true
  return (chunk) => {
    if (!first) return sink(chunk)
    first = false
    let end = chunk.indexOf(newline) + 1
    while (startsWithInfo(chunk, end)) end = chunk.indexOf(newline, end) + 1
    sink(chunk.subarray(0, end))
    sink(new TextEncoder().encode(lines.map((line) => `INFO ${line}\n`).join('')))
    sink(chunk.subarray(end))
  }
}

const newline = 0x0a

function startsWithInfo(chunk: Uint8Array, at: number): boolean {
  return new TextDecoder('latin1').decode(chunk.subarray(at, at + 5)) === 'INFO '
}
