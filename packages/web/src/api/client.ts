/** How the pages talk to `/api/v1`. The server serialises with the same schema that these types come from. */
export class ApiFailure extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ApiFailure'
    this.status = status
    this.code = code
  }
}

export const apiRoot = '/api/v1'

export async function apiGet<T>(path: string, signal?: AbortSignal): Promise<T> {
  return request<T>(path, signal === undefined ? {} : { signal })
}

export async function apiSend<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  if (body === undefined) return request<T>(path, { method })
  return request<T>(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

/** Sends a form or a file as it is. */
export async function apiUpload<T>(path: string, body: FormData | Blob): Promise<T> {
  return request<T>(path, { method: 'POST', body })
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response
  try {
    response = await fetch(apiRoot + path, {
      credentials: 'same-origin',
      ...init,
      headers: { accept: 'application/json', ...init.headers },
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiFailure(0, 'unreachable', 'The server does not answer. It may be stopped or restarting.', { cause })
  }
  if (!response.ok) throw await failureOf(response)
  const text = await response.text()
  if (text === '') return undefined as T // Only routes that answer nothing; asked for with a T that allows it.
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ApiFailure(response.status, 'bad_answer', 'The server answered something that is not JSON.', { cause })
  }
}

async function failureOf(response: Response): Promise<ApiFailure> {
  const body: unknown = await response.json().catch(() => undefined)
  const said = typeof body === 'object' && body !== null ? body : {}
  const code = 'code' in said && typeof said.code === 'string' ? said.code : `http_${response.status}`
  const message =
    'message' in said && typeof said.message === 'string' ? said.message : `The server answered with status ${response.status}.`
  return new ApiFailure(response.status, code, message)
}

export function asFailure(reason: unknown): ApiFailure {
  if (reason instanceof ApiFailure) return reason
  return new ApiFailure(0, 'unexpected', reason instanceof Error ? reason.message : String(reason), { cause: reason })
}
