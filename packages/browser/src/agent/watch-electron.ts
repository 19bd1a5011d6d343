import { Agent, type AgentOptions } from './agent.ts'

/** The parts of Electron that are used. */
export interface ElectronFrame {
  collectJavaScriptCallStack?(): Promise<unknown>
}
export interface ElectronContents {
  readonly id: number
  readonly mainFrame?: ElectronFrame
  getURL(): string
  getUserAgent(): string
  on(name: 'unresponsive' | 'responsive' | 'did-navigate' | 'destroyed', listener: () => void): unknown
}
export interface ElectronApp {
  on(name: 'render-process-gone', listener: (event: unknown, contents: ElectronContents, details: GoneDetails) => void): unknown
  on(name: 'child-process-gone', listener: (event: unknown, details: ChildGoneDetails) => void): unknown
  on(name: 'web-contents-created', listener: (event: unknown, contents: ElectronContents) => void): unknown
}
export interface GoneDetails {
  readonly reason: string
  readonly exitCode: number
}
export interface ChildGoneDetails extends GoneDetails {
  readonly type: string
  readonly name?: string
  readonly serviceName?: string
}

export interface ElectronOptions extends Omit<AgentOptions, 'userAgent'> {
  /** What is known about a page, as its preload script told; `sid` and `release` are used by the server. */
  readonly context?: (contents: ElectronContents) => Readonly<Record<string, string>>
}

/** The stack is asked of a page that does not run: it may never answer. */
const stackTimeoutMs = 2000
/** STATUS_NO_MEMORY as Chromium raises it, signed and unsigned: Electron calls such a death `crashed`. */
const windowsOutOfMemory = new Set([-536_870_904, 0xe000_0008])

/**
 * Reports of an Electron program's pages and processes, called in its main process before windows are made. For pages from https, hand the
 * response's headers over with `documentLoaded` (Electron allows one listener of `onHeadersReceived`, and that is the program's own).
 * Returns the agent; its `close` ends everything.
 */
export function watchElectron(app: ElectronApp, options: ElectronOptions): Agent {
  const agent = new Agent(options)
  const hung = new Set<number>()
  const known = new Map<number, string>()
  const contextOf = (contents: ElectronContents, more: Readonly<Record<string, string>>) => ({ ...options.context?.(contents), ...more })

  /** Nobody has told of a page of a file. */
  const know = (contents: ElectronContents) => {
    const url = contents.getURL()
    if (/^https?:/i.test(url) || known.get(contents.id) === url) return
    known.set(contents.id, url)
    agent.documentLoaded(contents.id, { url, userAgent: contents.getUserAgent() })
  }
  const onUnresponsive = async (contents: ElectronContents) => {
    if (hung.has(contents.id)) return
    hung.add(contents.id)
    know(contents)
    const stack = await stackOf(contents)
    await agent.documentDied(contents.id, { reason: 'unresponsive', stack, context: contextOf(contents, {}) })
  }
  app.on('render-process-gone', (_, contents, { reason, exitCode }) => {
    // A hang was told of already, and the page was ended because of it.
    const wasHung = hung.delete(contents.id)
    if (reason === 'clean-exit' || wasHung) return
    know(contents)
    const context = contextOf(contents, { exit_code: `${exitCode}` })
    void agent.documentDied(contents.id, { reason: reasonOf(reason, exitCode), context })
  })
  app.on('child-process-gone', (_, { type, reason, exitCode, name, serviceName }) => {
    if (reason === 'clean-exit') return
    const context = { process_type: type, exit_code: `${exitCode}`, ...(serviceName === undefined ? {} : { service: serviceName }) }
    void agent.processDied(name ?? serviceName ?? type, { reason: reasonOf(reason, exitCode), context })
  })
  app.on('web-contents-created', (_, contents) => {
    contents.on('did-navigate', () => know(contents))
    contents.on('unresponsive', () => void onUnresponsive(contents))
    contents.on('responsive', () => hung.delete(contents.id))
    contents.on('destroyed', () => {
      known.delete(contents.id)
      hung.delete(contents.id)
      agent.documentClosed(contents.id)
    })
  })
  return agent
}

/** An ordinary crash has no reason in a browser; what Electron knows beyond that is kept in its own words. */
function reasonOf(reason: string, exitCode: number): string | undefined {
  if (windowsOutOfMemory.has(exitCode)) return 'oom'
  return reason === 'crashed' ? undefined : reason
}

async function stackOf({ mainFrame }: ElectronContents): Promise<string | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, stackTimeoutMs))
  const asked = Promise.resolve(mainFrame?.collectJavaScriptCallStack?.()).catch(() => undefined)
  const stack = await Promise.race([asked, late])
  return typeof stack === 'string' ? stack : undefined
}
