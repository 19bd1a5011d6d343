import { useEffect, useState } from 'preact/hooks'
import { type ApiFailure, apiGet, asFailure } from './client.ts'

export interface Resource<T> {
  /** The newest answer, kept while a newer one is on its way or failed. */
  readonly data: T | undefined
  readonly failure: ApiFailure | undefined
  readonly loading: boolean
  reload(): void
  /** Replaces the answer, for what a write returned. */
  put(data: T): void
}

/** Answers kept so that going back shows the page at once; more would only hold memory. */
const maxRemembered = 60
const remembered = new Map<string, unknown>()

function remember(path: string, data: unknown): void {
  remembered.delete(path)
  remembered.set(path, data)
  const oldest = remembered.keys().next().value
  if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest)
}

export function forgetAll(): void {
  remembered.clear()
}

interface Held<T> {
  readonly path: string | undefined
  readonly data: T | undefined
  readonly failure: ApiFailure | undefined
  readonly loading: boolean
}

/**
 * Loads `path` and again whenever it changes; undefined loads nothing. `pollMs` decides from an answer when to ask again.
 * An answer to an older path is never shown under a newer one.
 */
export function useResource<T>(path: string | undefined, pollMs?: (data: T) => number | undefined): Resource<T> {
  const [held, setHeld] = useState<Held<T>>({ path: undefined, data: undefined, failure: undefined, loading: path !== undefined })
  const [turn, setTurn] = useState(0)
  // `turn` asks again; `pollMs` is a pure function of the answer.
  useEffect(() => {
    if (path === undefined) return
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let asked = 0
    let wait: number | undefined
    setHeld((before) => (before.path === path ? { ...before, loading: true } : start<T>(path)))
    const ask = async () => {
      try {
        const data = await apiGet<T>(path, abort.signal)
        remember(path, data)
        setHeld({ path, data, failure: undefined, loading: false })
        wait = pollMs?.(data)
        asked++
      } catch (reason) {
        if (abort.signal.aborted) return
        setHeld((before) => ({ path, data: before.path === path ? before.data : undefined, failure: asFailure(reason), loading: false }))
      }
      // Half as often with every ten answers, so that a page left open does not keep a server busy; on through failures, which may end.
      if (wait !== undefined) timer = setTimeout(ask, wait * 2 ** Math.min(4, Math.floor(asked / 10)))
    }
    void ask()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [path, turn])
  const shown = held.path === path || path === undefined ? held : start<T>(path)
  return {
    data: shown.data,
    failure: shown.failure,
    loading: shown.loading,
    reload: () => setTurn((before) => before + 1),
    put: (data) => {
      if (path !== undefined) remember(path, data)
      setHeld({ path, data, failure: undefined, loading: false })
    },
  }
}

function start<T>(path: string): Held<T> {
  // The map's values were answers to the same path, hence of the same type.
  const data = remembered.get(path) as T | undefined
  return { path, data, failure: undefined, loading: true }
}
