import type { FastifyInstance } from 'fastify'

/** Pages run our own files and nothing else; `style.x = …` from our scripts is not inline style and stays possible. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** JSON and files that a browser should happen to open as a page. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

/** For pages and API; the addresses that other people's programs and pages send to are not ours to lock. */
export function securityHeaders(app: FastifyInstance, policy: string): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
  })
}
