/** As much of WebDriver BiDi as the tests speak. */
const answerTimeoutMs = 120_000

export interface Bidi {
  send(method: string, params: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>
  /** The value of an expression that makes a string, in a page or in a window of the browser itself. */
  evaluate(expression: string, target: { readonly context: string }): Promise<unknown>
  chromeContext(): Promise<string>
}

interface Message {
  readonly id?: number
  readonly type?: string
  readonly error?: string
  readonly message?: string
  readonly result?: Readonly<Record<string, unknown>>
}

export async function connectBidi(url: string): Promise<Bidi> {
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error(`No connection to ${url}.`)))
  })
  const waiting = new Map<number, (message: Message) => void>()
  socket.addEventListener('message', ({ data }) => {
    // The protocol's own shape; what is not an answer is an event, and has no id.
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined) waiting.get(message.id)?.(message)
  })
  let lastId = 0
  const send: Bidi['send'] = (method, params) =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      const late = setTimeout(() => settle({ type: 'error', error: 'timeout', message: 'no answer' }), answerTimeoutMs)
      const settle = (message: Message) => {
        clearTimeout(late)
        waiting.delete(id)
        if (message.type === 'error') reject(new Error(`${method}: ${message.error} ${message.message}`))
        else resolve(message.result ?? {})
      }
      waiting.set(id, settle)
      socket.send(JSON.stringify({ id, method, params }))
    })
  return {
    send,
    evaluate: async (expression, target) => {
      const answer = await send('script.evaluate', { expression, target, awaitPromise: true })
      const { result, exceptionDetails } = answer as { result?: { value?: unknown }; exceptionDetails?: { text?: string } }
      if (exceptionDetails) throw new Error(exceptionDetails.text)
      return result?.value
    },
    chromeContext: async () => {
      const { contexts } = await send('browsingContext.getTree', { 'moz:scope': 'chrome', maxDepth: 0 })
      const [first] = contexts as readonly { readonly context: string }[]
      if (first === undefined) throw new Error('The browser has no window.')
      return first.context
    },
  }
}
