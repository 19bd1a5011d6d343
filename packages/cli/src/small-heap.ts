import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * V8 sizes the space for young objects for throughput: a server that reads large uploads lets a hundred megabytes of dead buffers lie. The second
 * flag lets it look for old garbage from 40 MB on, where it would wait for a few hundred the first time.
 */
export const heapFlags: readonly string[] = ['--max-semi-space-size=4', '--initial-old-space-size=40']

/**
 * The C library keeps what was freed: an arena for each thread, and a threshold for mappings that grows up to 32 MB. Buffers of uploads come and
 * go on several threads; told so, it gives them back. What is read of a socket is up to 64 KB: with a threshold above, holes of that size make
 * 50 MB of the 255 that a server of 64 clients who pack their uploads takes; the time is the same.
 */
export const allocator: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '32768',
}

/** How much the heap of old objects may grow before it is collected; where a machine has much memory, V8 lets it grow fourfold. 40 takes a fifth more processor. */
const growingPercent = 100
/**
 * Of the 300 MB that a server may take. Buffers are dead long before V8, which counts objects, sees a reason to collect them, and it keeps the pages of a
 * heap that was large once. So from here on all garbage is collected at once, 30 MB in 30 ms, and again when so much has come to what was left then.
 * The hostile senders of test/intake-hostile.test.ts: up to 297 MB without, up to 221 MB with it; an upload beside nobody takes the same time.
 */
const collectFromBytes = 200e6
const collectAfterBytes = 15e6
const lookEveryMs = 100

/**
 * Runs this very command again, in the same process, with V8 and the C library told so: they listen only at the start of a process. Returns
 * where that was done already or cannot be done.
 */
export function restartWithSmallHeap(): void {
  if (process.execve === undefined || heapFlags.some((flag) => process.execArgv.includes(flag))) return
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...heapFlags, ...process.argv.slice(1)], {
    ...allocator,
    ...process.env,
  })
}

/** From now on, as long as the program runs; keeps no program running. */
export function keepHeapSmall(residentBytes: () => number = process.memoryUsage.rss): NodeJS.Timeout {
  setFlagsFromString(`--heap-growing-percent=${growingPercent}`)
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  let left = 0
  return setInterval(() => {
    if (typeof collect !== 'function' || residentBytes() < Math.max(collectFromBytes, left + collectAfterBytes)) return
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    left = residentBytes()
  }, lookEveryMs).unref()
}
