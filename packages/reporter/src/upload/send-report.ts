/** One try to send one report. */

import type { ClientRequest, IncomingMessage } from 'node:http'
import { release, type } from 'node:os'
import { idleTimeoutMs, maxAnswerBytes, maxRedirects, uploadTimeoutMs } from '../limits.ts'
import { openRequest } from './connect.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { addressOf, formBody, type Payload } from './payload.ts'
import type { Environment } from './proxy.ts'

export interface SendOptions {
  readonly submitURL: string
  readonly compress: boolean
  readonly environment: Environment
  readonly signal?: AbortSignal
  /** Of one try; the limits unless a test is in a hurry. */
  readonly timeouts?: { readonly idleMs: number; readonly totalMs: number }
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly location?: string
  readonly retryAfter?: string
}

const redirects = new Set([301, 302, 307, 308])

/** Never rejects: what goes wrong on the way is an outcome. */
export async function sendReport(payload: Payload, options: SendOptions): Promise<Outcome> {
  try {
    let url = addressOf(options.submitURL, payload.fields)
    for (let hop = 0; ; hop++) {
      const answer = await exchange(url, payload, options)
      if (!redirects.has(answer.status) || answer.location === undefined) return outcomeOf(answer)
      const next = new URL(answer.location, url)
      if (hop === maxRedirects) return { kind: 'failed', message: `The server redirects more than ${maxRedirects} times.` }
      if (next.protocol !== 'https:' && (url.protocol === 'https:' || next.protocol !== 'http:')) {
        return {
          kind: 'failed',
          message: `The server redirects to ${next.protocol}//${next.host}, which is not as safe as the address before.`,
        }
      }
      url = next
    }
  } catch (cause) {
    return { kind: 'failed', message: cause instanceof Error ? cause.message || String(Reflect.get(cause, 'code')) : String(cause) }
  }
}

async function exchange(url: URL, payload: Payload, options: SendOptions): Promise<Answer> {
  const { idleMs, totalMs } = options.timeouts ?? { idleMs: idleTimeoutMs, totalMs: uploadTimeoutMs }
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error(`The upload took longer than ${totalMs} ms.`)), totalMs)
  const signal = options.signal === undefined ? late.signal : AbortSignal.any([late.signal, options.signal])
  const body = formBody(payload, options.compress)
  try {
    const headers = { 'User-Agent': userAgent, Accept: '*/*', ...body.headers, 'Transfer-Encoding': 'chunked' }
    const request = await openRequest({ url, headers, environment: options.environment, signal })
    return await answered(request, body.stream, idleMs)
  } catch (cause) {
    // Node says only that something was aborted.
    throw late.signal.aborted ? late.signal.reason : cause
  } finally {
    clearTimeout(timer)
    body.stream.destroy()
  }
}

function answered(request: ClientRequest, body: NodeJS.ReadableStream, idleMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.setTimeout(idleMs, () => request.destroy(new Error(`The server was silent for ${idleMs} ms.`)))
    request.once('error', reject)
    request.once('response', (response) => {
      readAnswer(response).then((answer) => {
        // What is left of the body is not sent to somebody who has answered.
        request.off('error', reject).on('error', () => {})
        request.destroy()
        resolve(answer)
      }, reject)
    })
    body.once('error', (error) => request.destroy(error))
    body.pipe(request)
  })
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxAnswerBytes) break
  }
  const { location, 'retry-after': retryAfter } = response.headers
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks).subarray(0, maxAnswerBytes).toString(),
    ...(location !== undefined && { location }),
    ...(retryAfter !== undefined && { retryAfter }),
  }
}

const architectures: Readonly<Record<string, string>> = { x64: 'x86_64', ia32: 'x86' }

/** In Crashpad's form: product, library, system. */
export const userAgent: string = `Crashkeep/0.1.0 Node.js/${process.versions.node} ${type()}/${release()} (${architectures[process.arch] ?? process.arch})`
