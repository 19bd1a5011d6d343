import { describe, expect, it } from 'vitest'
import { type Crash, readCrash, type Thread } from './crash.ts'
import { foldThreads } from './fold-threads.ts'

function threadsOf(...stacks: readonly (readonly (readonly [module: string, offset: string])[])[]): readonly Thread[] {
  const crash: Crash | undefined = readCrash({
    threads: stacks.map((stack, at) => ({
      thread_id: 100 + at,
      frames: stack.map(([module, module_offset], frame) => ({ frame, module, module_offset })),
    })),
  })
  return crash?.threads ?? []
}

describe('foldThreads', () => {
  it('puts equal stacks together and keeps the order in which they first appear', () => {
    const waiting = [
      ['libc.so', '0x10'],
      ['app', '0x20'],
    ] as const
    const folds = foldThreads(threadsOf(waiting, [['app', '0x30']], waiting, waiting))
    expect(folds.map(({ threads }) => threads.map((thread) => thread.id))).toEqual([[100, 102, 103], [101]])
  })
  it('keeps stacks apart that differ in one offset or in length', () => {
    expect(
      foldThreads(
        threadsOf(
          [['app', '0x1']],
          [['app', '0x2']],
          [
            ['app', '0x1'],
            ['app', '0x1'],
          ],
        ),
      ),
    ).toHaveLength(3)
  })
  it('has nothing to fold in a dump without threads', () => {
    expect(foldThreads([])).toEqual([])
  })
})
