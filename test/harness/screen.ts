/** A screen of Xvfb, for browsers that need a window, and a hand to click on it. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { run } from './programs.ts'
import { until } from './until.ts'

const startTimeoutMs = 60_000
const clickTimeoutMs = 60_000

export interface Screen {
  /** For DISPLAY. */
  readonly display: string
  click(x: number, y: number): Promise<void>
  kill(): void
}

export async function startScreen(): Promise<Screen> {
  const server = spawnTied('Xvfb', ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], process.env, 'pipe')
  const display = await displayOf(server)
  return {
    display,
    click: async (x, y) => {
      const options = { env: { ...process.env, DISPLAY: display }, timeout: clickTimeoutMs }
      await run('xdotool', ['mousemove', '--sync', String(x), String(y), 'click', '1'], options)
    },
    kill: () => server.kill('SIGKILL'),
  }
}

/** It never outlives this process. */
export function spawnTied(
  program: string,
  options: readonly string[],
  env: NodeJS.ProcessEnv,
  third: 'pipe' | 'ignore' = 'ignore',
): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'KILL', program, ...options], { stdio: ['ignore', 'ignore', 'ignore', third], env })
}

async function displayOf(screen: ChildProcess): Promise<string> {
  let said = ''
  // The fourth of the pipes that were asked for above.
  const output = screen.stdio[3] as Readable
  output.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  return `:${await until('Xvfb to start', startTimeoutMs, () => /^(\d+)\n/.exec(said)?.[1])}`
}
