/** Milliseconds that this thread has computed for some work. What else the machine does meanwhile is not in it, unlike in the time of a clock. */
export function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
