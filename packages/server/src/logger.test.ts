import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { testServer } from '../testing/test-server.ts'
import { createLogger } from './logger.ts'

test('no token, cookie or query reaches the log, whatever happens', async () => {
  let lines = ''
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines += String(chunk)
      done()
    },
  })
  const server = await testServer({ app: { logger: createLogger('trace', sink) } })
  const secret = 'S3CRET-that-nobody-may-read'
  await server.ask({ method: 'POST', url: '/api/v1/session', payload: { token: secret } }, null)
  await server.ask({ url: `/api/v1/me?token=${secret}`, headers: { cookie: `crashkeep_session=${secret}.0` } }, secret)
  await server.ask({ url: '/api/v1/reports', headers: { cookie: `crashkeep_session=${secret}.0` } }, null)
  server.app.log.error({ err: new Error('x'.repeat(50_000)), req: { headers: { authorization: secret }, url: `/a?b=${secret}` } }, 'failed')
  await server.close()
  expect(lines).toContain('"route":"/api/v1/me"')
  expect(lines).not.toContain('S3CRET')
  expect(Math.max(...lines.split('\n').map((line) => line.length))).toBeLessThan(10_000)
})
