/**
 * Mends the end of a multipart body while it flows by, so that the parser behind always meets a closing delimiter:
 * Breakpad on Windows has written its closing delimiter without the line break before it since 2022, and a body that broke off has none.
 */
export interface MultipartEnd {
  /** Whether the body has the delimiter that its type names, and so was a form of this boundary before it broke off. */
  opened: boolean
  /** Whether the sender closed the body itself. */
  closed: boolean
}

export async function* mendMultipartEnd(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
  end: MultipartEnd,
): AsyncGenerator<Uint8Array, void, undefined> {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  const closing = Buffer.concat([delimiter, Buffer.from('--')])
  const bareClosing = closing.subarray(2)
  // Room for a bare closing delimiter and the line break that may follow it.
  const held = closing.length + 4
  // A body may begin with its delimiter; the parser thinks of a line break before it, and so does this search.
  let tail = Buffer.from('\r\n')
  let invented = tail.length
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    // Only the seam and the tail are copied: bodies are large, and what is copied has to be collected again.
    const seam = Buffer.concat([tail, bytes.subarray(0, held)])
    end.opened ||= seam.includes(delimiter) || bytes.includes(delimiter)
    end.closed ||= seam.includes(closing) || bytes.includes(closing)
    if (bytes.length < held) {
      const passed = Math.max(0, seam.length - held)
      if (passed > invented) yield seam.subarray(invented, passed)
      invented = Math.max(0, invented - passed)
      tail = seam.subarray(passed)
      continue
    }
    if (tail.length > invented) yield tail.subarray(invented)
    invented = 0
    if (bytes.length > held) yield bytes.subarray(0, bytes.length - held)
    tail = Buffer.from(bytes.subarray(bytes.length - held))
  }
  const rest = tail.subarray(invented)
  if (end.closed) {
    yield rest
    return
  }
  const bareAt = rest.lastIndexOf(bareClosing)
  if (bareAt >= 0) {
    end.closed = true
    yield Buffer.concat([rest.subarray(0, bareAt), closing, Buffer.from('\r\n')])
    return
  }
  yield Buffer.concat([withoutBegunDelimiter(rest, delimiter), closing, Buffer.from('\r\n')])
}

/** What broke off within a delimiter is not part of the value before it. */
function withoutBegunDelimiter(bytes: Buffer, delimiter: Buffer): Buffer {
  for (let length = Math.min(bytes.length, delimiter.length); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(delimiter.subarray(0, length))) return bytes.subarray(0, bytes.length - length)
  }
  return bytes
}
