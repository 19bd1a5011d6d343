import { setFlagsFromString } from 'node:v8'

/**
 * V8 sizes the space for young objects for throughput: a server that reads large uploads lets a hundred megabytes of dead buffers lie. And it never
 * gives the pages of a heap back that it grew once, so that the first burst decides; the second flag lets it look for garbage in the first one, too.
 */
const heapFlags = ['--max-semi-space-size=4', '--initial-old-space-size=40']

/**
 * The C library keeps what was freed: an arena for each thread, and a threshold for mappings that grows up to 32 MB. Buffers of uploads come and
 * go on several threads; told so, it gives them back. The hostile senders of test/intake-hostile.test.ts: 301 MB without, 264 MB with it.
 */
const allocator = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '65536' }

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

/**
 * From now on the heap of old objects may grow by so much before it is collected; where a machine has much memory, V8 lets it grow fourfold. Its own
 * `--optimize-for-size` keeps another 50 MB, and doubles the processor's time of an upload.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=40')
}
