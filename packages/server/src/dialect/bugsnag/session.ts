/**
 * Bugsnag's sessions: one by one from desktop and mobile clients, added up by servers. A session has crashed when the first unhandled event
 * names it. Source: Bugsnag's session tracking API.
 */
import type { SessionsTold } from '../../intake/session-counts.ts'
import { at, listOf, numberOf, textOf } from '../json-value.ts'

/** Clients send what came together in a minute or at a start. */
const maxEntries = 1000

export function startedSessions(payload: unknown, receivedAt: number): SessionsTold[] {
  const release = textOf(at(payload, 'app', 'version'))
  const single = listOf(at(payload, 'sessions')).map((each) => ({ each, started: 1 }))
  const added = listOf(at(payload, 'sessionCounts')).map((each) => ({ each, started: numberOf(at(each, 'sessionsStarted')) ?? 0 }))
  return [...single, ...added].slice(0, maxEntries).map(({ each, started }) => {
    const time = Date.parse(textOf(at(each, 'startedAt')) ?? '')
    return { at: Number.isNaN(time) ? receivedAt : time, release, started }
  })
}

/** What an event says of its session; undefined: nothing. */
export function sessionOfEvent(event: unknown, receivedAt: number): SessionsTold | undefined {
  const session = at(event, 'session')
  if (textOf(at(session, 'id')) === undefined) return undefined
  const crashed = at(event, 'unhandled') === true && (numberOf(at(session, 'events', 'unhandled')) ?? 1) <= 1
  const started = Date.parse(textOf(at(session, 'startedAt')) ?? '')
  return {
    at: Number.isNaN(started) ? receivedAt : started,
    release: textOf(at(event, 'app', 'version')),
    crashed: crashed ? 1 : 0,
    errored: crashed ? 0 : Number((numberOf(at(session, 'events', 'handled')) ?? 1) <= 1),
  }
}
