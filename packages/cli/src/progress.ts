/** How often the line of a terminal is written anew. */
const progressMs = 200

export interface Progress {
  /** Makes room for a line of something else; the next moment it is there again. */
  clear(): void
  end(): void
}

/** One line that changes, on a terminal only. */
export function startProgress(line: () => string): Progress {
  if (!process.stderr.isTTY) return { clear: () => undefined, end: () => undefined }
  const timer = setInterval(() => {
    const width = process.stderr.columns || 80
    process.stderr.write(`\r\x1b[K${line().slice(0, width - 1)}`)
  }, progressMs)
  const clear = () => {
    process.stderr.write('\r\x1b[K')
  }
  return {
    clear,
    end: () => {
      clearInterval(timer)
      clear()
    },
  }
}
