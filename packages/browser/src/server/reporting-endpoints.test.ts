import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { documentEndpoints } from '../agent/document-endpoints.ts'
import { fastifyReporting, reportingMiddleware } from './middleware.ts'
import { reportingEndpoints } from './reporting-endpoints.ts'

const crashes = 'https://crash.example/i/0123'

test('names both endpoints, and asks for stacks', () => {
  expect(reportingEndpoints({ crashes })).toEqual({
    'Reporting-Endpoints': `crash-reporting="${crashes}", default="${crashes}"`,
    'Document-Policy': 'include-js-call-stacks-in-crash-reports',
  })
})

test('adds endpoints, and the older header where it is wanted', () => {
  const headers = reportingEndpoints({ crashes, more: { default: '/reports', csp: '/csp?x="1"' }, stacks: false, reportToSeconds: 86_400 })
  expect(headers).toEqual({
    'Reporting-Endpoints': `crash-reporting="${crashes}", default="/reports", csp="/csp?x=%221%22"`,
    'Report-To': `{"group":"default","max_age":86400,"endpoints":[{"url":"${crashes}"}]}`,
  })
})

test.each([
  ['http://crash.example/i/0123', 'bad_endpoint'],
  ['reports', 'bad_endpoint'],
  ['//crash.example/i/0123', 'bad_endpoint'],
  ['https://key@crash.example/', 'bad_endpoint'],
  ['', 'bad_endpoint'],
])('refuses the address %j, which a browser would drop', (address, code) => {
  expect(() => reportingEndpoints({ crashes: address })).toThrow(expect.objectContaining({ code }))
})

test('refuses a name that would take the whole header with it', () => {
  expect(() => reportingEndpoints({ crashes, more: { 'Crash-Reporting': '/r' } })).toThrow(
    expect.objectContaining({ code: 'bad_endpoint_name' }),
  )
  expect(() => reportingEndpoints({ crashes, reportToSeconds: -1 })).toThrow(expect.objectContaining({ code: 'bad_max_age' }))
  expect(() => reportingEndpoints({ crashes: '/r', reportToSeconds: 1 })).toThrow(expect.objectContaining({ code: 'bad_endpoint' }))
})

test('makes what the agent, as a browser, understands', () => {
  const headers = { ...reportingEndpoints({ crashes: '/i/0123?a=b', more: { 'csp.v2': '/csp' } }) }
  expect(documentEndpoints('https://shop.example/cart', headers)).toEqual({
    crashes: ['https://shop.example/i/0123?a=b'],
    sendsStacks: true,
  })
})

test('the middleware decorates documents and nothing else', () => {
  const middleware = reportingMiddleware({ crashes })
  const headersFor = (destination?: string) => {
    const set = new Map<string, string>()
    let isPassedOn = false
    const headers = destination === undefined ? {} : { 'sec-fetch-dest': destination }
    middleware({ headers }, { setHeader: (name, value) => set.set(name, value) }, () => {
      isPassedOn = true
    })
    expect(isPassedOn).toBe(true)
    return set
  }
  for (const destination of [undefined, 'document', 'iframe', 'worker'])
    expect(headersFor(destination).get('Reporting-Endpoints')).toContain(crashes)
  for (const destination of ['image', 'empty', 'script']) expect(headersFor(destination).size).toBe(0)
})

test('the plugin decorates the pages of a whole Fastify', async () => {
  const app = Fastify()
  await app.register(fastifyReporting, { crashes })
  app.get('/', () => 'page')
  const { headers } = await app.inject({ url: '/' })
  expect(headers).toMatchObject({ 'reporting-endpoints': expect.stringContaining(crashes), 'document-policy': expect.any(String) })
  await app.close()
})
