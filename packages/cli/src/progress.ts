/** How often the line of a terminal is written anew. */
const progressMs = 200

/** One line that changes, on a terminal only. */
export function startProgress(line: () => string): { end(): void } {
  if (!process.stderr.isTTY) return { end: () => undefined }
  const timer = setInterval(() => {
    const width = process.stderr.columns || 80
    process.stderr.write(`\r\x1b[K${line().slice(0, width - 1)}`)
  }, progressMs)
  return {
    end: () => {
      clearInterval(timer)
      process.stderr.write('\r\x1b[K')
    },
  }
}
