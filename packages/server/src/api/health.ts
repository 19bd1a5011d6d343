import type {} from '@fastify/swagger'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { DiskState } from '../spool/free-space.ts'
import type { Store } from '../store/store.ts'
import { serverVersion } from '../version.ts'
import { ApiProblem } from './api-error.ts'
import type { Metrics } from './metrics.ts'

export interface Acceptance {
  /** Whether a report could be made durable now. */
  canAccept(): boolean | Promise<boolean>
  disk(): Promise<DiskState>
}

/** A database that takes longer than this to answer the smallest question counts as away. */
const databaseTimeoutMs = 2000

export function health(app: FastifyInstance, store: Store, spool: Acceptance | undefined, metrics: Metrics): void {
  app.get('/health', { schema: { hide: true } }, async () => ({ status: 'alive', version: serverVersion }))

  /**
   * A collector is ready while its spool is: an absent database refuses nobody. Without a spool, the database decides. A disk that is low is
   * told before it refuses.
   */
  app.get('/ready', { schema: { hide: true } }, async (_request, reply) => {
    const [accepting, disk, database] = await Promise.all([spool?.canAccept(), spool?.disk().catch(() => undefined), reachable(store)])
    const ready = accepting ?? database
    return reply.code(ready ? 200 : 503).send({
      ready,
      accepting: accepting ?? null,
      database: database ? 'reachable' : 'unreachable',
      disk: disk?.level ?? null,
    })
  })

  // The names by which Socorro's collector is asked: load balancers and monitors of an installation that changed over know no others.
  app.get('/__lbheartbeat__', { schema: { hide: true } }, async (_request, reply) => reply.send())
  app.get('/__version__', { schema: { hide: true } }, async () => ({ version: serverVersion, source: 'crashkeep' }))
  app.get('/__heartbeat__', { schema: { hide: true } }, async (_request, reply) => {
    const accepting = (await spool?.canAccept()) ?? (await reachable(store))
    const errors = accepting ? [] : [{ name: 'not_ready', msg: 'Reports cannot be kept now; /ready says more.' }]
    return reply.code(accepting ? 200 : 503).send({ errors })
  })

  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!isLocal(request) && !(await hasToken(request, store))) throw new ApiProblem('no_token')
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

async function reachable(store: Store): Promise<boolean> {
  const timeout = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => timeout.resolve(false), databaseTimeoutMs)
  const asked = store.ledger.projects().then(
    () => true,
    () => false,
  )
  const answer = await Promise.race([asked, timeout.promise])
  clearTimeout(timer)
  return answer
}

/** A proxy on this machine asks for others; what it forwards is not local. */
function isLocal(request: FastifyRequest): boolean {
  const { forwarded, via } = request.headers
  const address = request.socket.remoteAddress ?? ''
  return (
    /^(::ffff:)?127\.|^::1$/.test(address) &&
    request.headers['x-forwarded-for'] === undefined &&
    forwarded === undefined &&
    via === undefined
  )
}

async function hasToken(request: FastifyRequest, store: Store): Promise<boolean> {
  const secret = /^Bearer +([^\s]{1,512})$/i.exec(request.headers.authorization ?? '')?.[1]
  const token = secret === undefined ? undefined : await store.ledger.tokenBySecret(secret)
  return token?.projects === undefined && (token?.scopes.includes('read') ?? false)
}
