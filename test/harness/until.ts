import { setTimeout as delay } from 'node:timers/promises'

const lookMs = 50

/** Looks again and again until there is something to see; fails after `timeoutMs`, saying what was waited for. */
export async function until<T>(
  what: string | (() => string),
  timeoutMs: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = Date.now() + timeoutMs
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs} ms for ${typeof what === 'string' ? what : what()}.`)
    await delay(lookMs)
  }
}
