/** A debugger that is attached to a program from outside, as an editor does it. */
import { spawn } from 'node:child_process'
import type { Zombies } from './zombies.ts'

export interface Debugged {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** In the order in which they came. */
  readonly events: readonly string[]
}

const debugTimeoutMs = 60_000
const program = 'setTimeout(() => { throw new Error("nobody catches this") }, 1)'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly reason?: string; readonly data?: { readonly description?: string } }
}

/** Starts the program stopped, lets it run to an error that nobody catches, where the debugger stops it again, and on to its end. */
export async function debugThrow(app: Zombies, node: string, flags: readonly string[]): Promise<Debugged> {
  const child = spawn(node, ['--inspect-brk=127.0.0.1:0', ...flags, '-e', program], {
    cwd: app.folder,
    env: app.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: debugTimeoutMs,
    killSignal: 'SIGKILL',
  })
  const ended = new Promise<Pick<Debugged, 'code' | 'signal'>>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  let errors = ''
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
      const [found] = /ws:\/\/\S+/.exec(errors) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error(`No debugger listens: ${errors}`)))
  })
  const socket = new WebSocket(address)
  const events: string[] = []
  const send = (id: number, method: string, params: object = {}): void => socket.send(JSON.stringify({ id, method, params }))
  socket.addEventListener('message', ({ data }) => {
    const { method, params }: Message = JSON.parse(String(data))
    if (method !== 'Debugger.paused') return
    const [error = ''] = params?.data?.description?.match(/nobody.*/) ?? []
    events.push(`${method} ${params?.reason} ${error}`.trim())
    send(10, 'Debugger.resume')
    // It has seen what it was for; a program that ends under a debugger waits for it, in Node 20 now and then for ever.
    if (params?.reason === 'exception') socket.close()
  })
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  send(1, 'Runtime.enable')
  send(2, 'Debugger.enable')
  send(3, 'Debugger.setPauseOnExceptions', { state: 'uncaught' })
  send(4, 'Runtime.runIfWaitingForDebugger')
  // It was not stopped: the test shall say so.
  child.stderr.on('data', () => {
    if (errors.includes('Waiting for the debugger to disconnect')) socket.close()
  })
  const how = await ended
  socket.close()
  return { ...how, events }
}
