import { setFlagsFromString } from 'node:v8'

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
const growingPercent = { usual: 100, tight: 20 }
/**
 * V8 keeps the pages of a heap that was large once, 75 MB after a thousand connections, and lets 60 MB of dead buffers lie. Told to optimize for size it
 * does neither, but takes twice the processor's time for an upload; so it is told while more than this is resident, of the 300 MB that a server may take.
 */
const tightFromBytes = 200e6
const tightToBytes = 185e6
const lookEveryMs = 250

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
  let tight = false
  setFlagsFromString(`--heap-growing-percent=${growingPercent.usual}`)
  return setInterval(() => {
    const wanted = residentBytes() > (tight ? tightToBytes : tightFromBytes)
    if (wanted === tight) return
    tight = wanted
    setFlagsFromString(tight ? '--optimize-for-size' : '--no-optimize-for-size')
    setFlagsFromString(`--heap-growing-percent=${tight ? growingPercent.tight : growingPercent.usual}`)
  }, lookEveryMs).unref()
}
