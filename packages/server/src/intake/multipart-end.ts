/**
 * Mends the end of a multipart body while it flows by, so that the parser behind always meets a closing delimiter:
 * Breakpad on Windows has written its closing delimiter without the line break before it since 2022, and a body that broke off has none.
 */
export interface MultipartEnd {
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
    const window = Buffer.concat([tail, chunk])
    end.closed ||= window.includes(closing)
    const passed = Math.max(0, window.length - held)
    const skipped = Math.min(invented, passed)
    invented -= skipped
    if (passed > skipped) yield window.subarray(skipped, passed)
    tail = window.subarray(passed)
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
