/**
 * Where Sentry's clients say whose a report is: a header of their own, `Authorization`, basic authentication, the query, the path (Unreal), or the
 * envelope's `dsn`. Exactly one key must come out; the number in the path must be that of the key's project.
 */
import type { FastifyRequest } from 'fastify'
import { ServerError } from '../../errors.ts'
import type { Intake } from '../../intake/intake.ts'
import type { LedgerProject } from '../../store/database/ledger.ts'
import { parameterOf, queryOf } from '../exchange.ts'

export async function sentryProject(request: FastifyRequest, intake: Intake, dsn?: string): Promise<LedgerProject> {
  const keys = new Set([...keysOfRequest(request), ...(dsn === undefined ? [] : keysOfDsn(dsn))])
  const [key, ...more] = keys
  if (key === undefined || more.length > 0) throw new ServerError('no_key')
  // Old clients write public keys with dashes; ours are digits only.
  const project = await intake.projectByKey(key.replaceAll('-', '').toLowerCase())
  const number = parameterOf(request, 'project')
  if (number !== '' && number !== String(project.id)) throw new ServerError('unknown_key', { detail: 'the key is of another project' })
  return project
}

export function keysOfRequest(request: FastifyRequest): readonly string[] {
  const { headers } = request.raw
  const own = headers['x-sentry-auth']
  const authorization = headers.authorization ?? ''
  const basic = /^Basic\s+([A-Za-z0-9+/=]{1,400})$/i.exec(authorization)?.[1]
  const found = [
    typeof own === 'string' ? keyOfAuth(own) : undefined,
    /^Sentry\s/i.test(authorization) ? keyOfAuth(authorization) : undefined,
    basic === undefined ? undefined : Buffer.from(basic, 'base64').toString('latin1').split(':', 1)[0],
    queryOf(request).get('sentry_key') ?? undefined,
    parameterOf(request, 'sentryKey'),
  ]
  return found.flatMap((key) => (key === undefined || key === '' ? [] : [key]))
}

/** `Sentry sentry_key=…, sentry_version=7`; some clients leave the first word out. */
function keyOfAuth(text: string): string | undefined {
  return /(?:^|[\s,])sentry_key\s*=\s*"?([0-9A-Za-z-]{1,100})/.exec(text.slice(0, 2000))?.[1]
}

/** `https://KEY@host/path/NUMBER` */
function keysOfDsn(dsn: string): string[] {
  if (!URL.canParse(dsn)) return []
  const { username } = new URL(dsn)
  return username === '' ? [] : [username]
}
