/** A sentence on standard error about a file. It may hold names out of the file: no control character reaches the terminal. */
export function note(path: string, sentence: string): void {
  process.stderr.write(`crashkeep: ${path}: ${sentence.replaceAll(/\p{Cc}/gu, ' ')}\n`)
}
