/** One interface for the browsers whose tabs are killed in tests, each driven by what it understands. */
export interface TestedBrowser {
  readonly name: string
  openTab(url: string): Promise<TestedTab>
  close(): Promise<void>
}

export interface TestedTab {
  /** Resolves when the page has loaded. */
  goto(url: string): Promise<void>
  reload(): Promise<void>
  /** The value of a JavaScript expression, as JSON; promises are awaited. */
  evaluate(expression: string): Promise<unknown>
  /** Somebody looks at it, and at no other in its window. */
  show(): Promise<void>
  /** As browsers do in the background, where the driver can. */
  freeze?(frozen: boolean): Promise<void>
  /** Its process dies as of a bug. */
  kill(): Promise<void>
  close(): Promise<void>
}

export const readyTimeoutMs = 60_000

/** The library has started, and the page's lock and record are there. */
export const isWatched: string = `new Promise((resolve, reject) => {
  const late = Date.now() + ${readyTimeoutMs}
  const look = () => {
    const record = globalThis.crashkeep && localStorage.getItem('crashkeep:page:' + crashkeep.tabSession().page)
    if (record) resolve(true)
    else if (Date.now() > late) reject(new Error('never watched: ' + document.title))
    else setTimeout(look, 10)
  }
  look()
})`

/** Lets the page do something a moment later, after which it may never answer again. */
export async function soon(tab: TestedTab, statements: string, delayMs = 10): Promise<void> {
  await tab.evaluate(`(setTimeout(() => { ${statements} }, ${delayMs}), null)`)
}
