import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

export type Undo = (step: () => Promise<unknown> | unknown) => void

/** What a file of tests made is undone after them, the last thing first, whether they passed or not. */
export function undoAfterAll(): Undo {
  const steps: (() => Promise<unknown> | unknown)[] = []
  afterAll(async () => {
    const failures: unknown[] = []
    for (const step of steps.splice(0).reverse()) {
      try {
        await step()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'The tests left something behind')
  })
  return (step) => steps.push(step)
}

export function temporaryFolder(undo: Undo, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `crashkeep-${name}-`))
  // A process that goes its own way, as the reporter's handler does, may still be writing there.
  undo(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  return folder
}
