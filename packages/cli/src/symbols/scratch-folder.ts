import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for what is made on the way; it is gone when `work` ended, or when the process is told to stop. */
export async function withScratchFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'crashkeep-symbols-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const stop = (): void => {
    remove()
    process.exit(1)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.once(signal, stop)
  try {
    return await work(folder)
  } finally {
    for (const signal of signals) process.off(signal, stop)
    remove()
  }
}
