import { expect, test } from 'vitest'
import { gather } from './gather.ts'
import { MemoryBudget, MemoryShare } from './memory-budget.ts'

async function* body(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece)
}

test('what was gathered stays as it is for a reader that keeps it while other uploads use the memory', async () => {
  const budget = new MemoryBudget(1024 * 1024)
  const begun = await gather(body('MD', 'MP', 'x'.repeat(10)), new MemoryShare(budget), 4)
  const kept: Uint8Array[] = []
  for await (const chunk of begun.all()) {
    kept.push(chunk)
    new MemoryShare(budget).withRoom(undefined, 0, 4)?.fill(0)
  }
  expect(Buffer.concat(kept).toString()).toBe('MDMPxxxxxxxxxx')
})
