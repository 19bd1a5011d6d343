/** So many in the time that makes a hang, as the thread that watches looks so often. */
const beatsPerTimeout = 8
const shortestBeatMs = 5

/** Tells the watching thread that the event loop comes around. The timer keeps no process alive. */
export function sendHeartbeats(timeoutMs: number, beat: (isPaused: boolean) => void): void {
  const inspector = process.getBuiltinModule('node:inspector')
  const tick = (): void => beat(inspector.url() !== undefined)
  tick()
  setInterval(tick, Math.max(shortestBeatMs, Math.floor(timeoutMs / beatsPerTimeout))).unref()
}
