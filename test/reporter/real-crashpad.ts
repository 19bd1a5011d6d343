/** Crashpad itself, from Debian's Chromium: it captures, and it uploads. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Undo } from '../harness/cleanup.ts'
import { crashpadHandler } from '../harness/crashpad.ts'
import { compile } from '../harness/programs.ts'

export const hasCrashpad: boolean = existsSync(crashpadHandler) && process.platform === 'linux'

const crashTimeoutMs = 30_000

/** Lets a program die of a null pointer under Crashpad; the report is in `pending/` then. */
export async function crashUnderCrashpad(database: string, folder: string, annotations: Readonly<Record<string, string>>): Promise<void> {
  const client = join(folder, 'crashpad-client')
  if (!existsSync(client)) await compile('crashpad-client.c', client)
  const flags = Object.entries(annotations).map(([name, value]) => `--annotation=${name}=${value}`)
  spawnSync(client, [crashpadHandler, `--database=${database}`, '--no-periodic-tasks', ...flags], {
    timeout: crashTimeoutMs,
    stdio: 'ignore',
  })
}

/** A handler that waits for clients and uploads; stopped by `stop`, when what it sends is sent. */
export function startHandler(undo: Undo, database: string, url: string, flags: readonly string[] = []): { stop(): Promise<void> } {
  const arguments_ = [`--database=${database}`, `--url=${url}`, '--initial-client-fd=3', ...flags]
  const handler: ChildProcess = spawn(crashpadHandler, arguments_, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => handler.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    const client = handler.stdio[3]
    if (client !== null && client !== undefined && 'destroy' in client) client.destroy()
    await ended
  }
  undo(stop)
  return { stop }
}
