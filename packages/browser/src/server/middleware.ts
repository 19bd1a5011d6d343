import { type ReportingOptions, reportingEndpoints } from './reporting-endpoints.ts'

/** The parts of node:http's request and response that are used; Express hands over the same. */
export interface PageRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}
export interface PageResponse {
  setHeader(name: string, value: string): unknown
}

/** For node:http (`const report = reportingMiddleware(…)`, then `report(request, response)`) and for Express (`app.use(report)`). */
export function reportingMiddleware(options: ReportingOptions): (request: PageRequest, response: PageResponse, next?: () => void) => void {
  const headers = Object.entries(reportingEndpoints(options))
  return (request, response, next) => {
    if (wantsDocument(request)) for (const [name, value] of headers) response.setHeader(name, value)
    next?.()
  }
}

interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (request: PageRequest, reply: { header(name: string, value: string): unknown }, done: () => void) => void,
  ): unknown
}

/** For Fastify: `app.register(fastifyReporting, options)`. */
export const fastifyReporting: (app: FastifyLike, options: ReportingOptions, done: () => void) => void = Object.assign(
  (app: FastifyLike, options: ReportingOptions, done: () => void) => {
    const headers = Object.entries(reportingEndpoints(options))
    app.addHook('onRequest', (request, reply, next) => {
      if (wantsDocument(request)) for (const [name, value] of headers) reply.header(name, value)
      next()
    })
    done()
  },
  // Fastify's mark of a plugin whose hooks are for all routes, not only for those of its own scope.
  { [Symbol.for('skip-override')]: true },
)

/** Only documents and workers report. Old browsers do not say what they fetch for. */
function wantsDocument({ headers }: PageRequest): boolean {
  const destination = headers['sec-fetch-dest']
  return destination === undefined || /^(document|i?frame|fencedframe|(shared|service)?worker)$/.test(String(destination))
}
