import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { exactTime, relativeTime } from '../text/time.ts'

/** Relative times are read by minutes; more often would only cost. */
const refreshMs = 20_000

export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), refreshMs)
    return () => clearInterval(timer)
  }, [])
  return now
}

export function Time({ at }: { readonly at: string }): JSX.Element {
  const now = useNow()
  return (
    <time dateTime={at} title={exactTime(at)}>
      {relativeTime(at, now)}
    </time>
  )
}
