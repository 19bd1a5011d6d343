/**
 * Sentry's sessions: one at a time (`session`, told again when it changes) or added up by servers (`sessions`). Source: Sentry's developer
 * documentation, "Sessions".
 */
import type { SessionsTold } from '../../intake/session-counts.ts'
import { at, listOf, numberOf, textOf } from '../json-value.ts'
import { splitRelease } from '../release-name.ts'

/** A batch of aggregates has a line for each minute and user of at most an hour or so. */
const maxAggregates = 1000

export function sessionsOf(type: string, item: unknown, receivedAt: number): SessionsTold[] {
  const { version: release } = splitRelease(textOf(at(item, 'attrs', 'release')))
  const started = timeOf(at(item, 'started'), receivedAt)
  return type === 'sessions' ? aggregates(item, release, receivedAt) : single(item, release, started)
}

function single(item: unknown, release: string | undefined, startedAt: number): SessionsTold[] {
  const status = textOf(at(item, 'status'))
  if (status === undefined) return []
  const ended = status !== 'ok'
  const crashed = status === 'crashed'
  return [
    {
      at: startedAt,
      release,
      // The first message of a session says so; a program that died before it could say anything sends one message for all.
      started: at(item, 'init') === true ? 1 : 0,
      crashed: crashed ? 1 : 0,
      errored: ended && !crashed && (status === 'abnormal' || status === 'errored' || (numberOf(at(item, 'errors')) ?? 0) > 0) ? 1 : 0,
    },
  ]
}

function aggregates(item: unknown, release: string | undefined, receivedAt: number): SessionsTold[] {
  return listOf(at(item, 'aggregates'))
    .slice(0, maxAggregates)
    .map((each) => {
      const count = (name: string) => numberOf(at(each, name)) ?? 0
      const [crashed, errored] = [count('crashed'), count('errored') + count('abnormal')]
      return { at: timeOf(at(each, 'started'), receivedAt), release, started: count('exited') + crashed + errored, crashed, errored }
    })
}

function timeOf(value: unknown, otherwise: number): number {
  const time = Date.parse(textOf(value) ?? '')
  return Number.isNaN(time) ? otherwise : time
}
