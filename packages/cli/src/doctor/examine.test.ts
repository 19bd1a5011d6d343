/** Pages and endpoints that are wrong in one way each, and the name that the doctor has for it. */
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { selfSigned } from './crash/self-signed.ts'
import { examine } from './examine.ts'

const certificate = selfSigned(Date.now())
const undo: (() => void)[] = []
let page = ''
let collector = ''
let httpPage = ''
let stranger = ''

/** `?h=…` are the headers of the answer; `/moved` redirects. */
function answer(url: string | undefined, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url ?? '/', 'https://x')
  const status = Number(searchParams.get('status') ?? 200)
  for (const [name, value] of new URLSearchParams(searchParams.get('h') ?? '')) response.appendHeader(name, value)
  if (pathname === '/moved') response.setHeader('location', searchParams.get('to') ?? '')
  response.writeHead(pathname === '/moved' ? 302 : status).end('<!doctype html>')
}

beforeAll(async () => {
  const start = async (server: ReturnType<typeof createHttpServer> | ReturnType<typeof createServer>) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    undo.push(() => server.close().closeAllConnections())
    return (server.address() as AddressInfo).port
  }
  page = `https://127.0.0.1:${await start(createServer(certificate, ({ url }, response) => answer(url, response)))}`
  collector = `https://127.0.0.1:${await start(createServer(certificate, ({ url }, response) => answer(url, response)))}`
  stranger = `https://127.0.0.1:${await start(createServer(selfSigned(Date.now()), ({ url }, response) => answer(url, response)))}`
  httpPage = `http://127.0.0.1:${await start(createHttpServer(({ url }, response) => answer(url, response)))}`
})
afterAll(() => {
  for (const step of undo) step()
})

const headers = (given: Record<string, string>) => encodeURIComponent(new URLSearchParams(given).toString())
const goodAnswer = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'Content-Type' }
const endpoint = (given: Record<string, string> = goodAnswer, status = 204) => `${collector}/i/KEY?status=${status}&h=${headers(given)}`
const pageWith = (given: Record<string, string>) => `${page}/?h=${headers(given)}`
const reporting = (value: string) =>
  pageWith({ 'reporting-endpoints': value, 'document-policy': 'include-js-call-stacks-in-crash-reports' })
const both = (url: string) => reporting(`crash-reporting="${url}", default="${url}"`)

async function codes(url: string, ca: string | null = certificate.cert): Promise<{ delivers: boolean; codes: string[] }> {
  const { delivers, findings } = await examine(new URL(url), ca ?? undefined)
  return { delivers, codes: findings.filter(({ severity }) => severity !== 'fine').map(({ code }) => code) }
}

describe('doctor', () => {
  test('finds nothing wrong where nothing is', async () => {
    expect(await codes(both(endpoint()))).toEqual({ delivers: true, codes: [] })
    expect(await codes(both('/reports'))).toEqual({ delivers: true, codes: [] })
    expect(await codes(reporting('default="/reports"'))).toEqual({ delivers: true, codes: [] })
    const { findings } = await examine(new URL(both('/reports')), certificate.cert)
    expect(findings.map(({ code }) => code)).toEqual(['document_policy', 'same_origin'])
  })

  test.each<[string, () => string]>([
    ['no_endpoints', () => pageWith({ 'document-policy': 'include-js-call-stacks-in-crash-reports' })],
    ['bad_syntax', () => reporting('Crash-Reporting="/r"')],
    ['not_a_string', () => reporting('default="/r", csp=on')],
    ['no_crash_endpoint', () => reporting('csp="/r"')],
    ['relative_url', () => both('reports')],
    ['protocol_relative_url', () => both('//h.example/r')],
    ['http_endpoint', () => both('http://127.0.0.1/r')],
    ['invalid_url', () => both('mailto:me')],
    ['endpoint_unreachable', () => both('https://127.0.0.1:1/r')],
    ['preflight_status', () => both(endpoint(goodAnswer, 404))],
    ['preflight_origin', () => both(endpoint({ 'access-control-allow-headers': '*' }))],
    ['preflight_origin', () => both(endpoint({ ...goodAnswer, 'access-control-allow-origin': 'https://other.example' }))],
    ['preflight_headers', () => both(endpoint({ 'access-control-allow-origin': '*' }))],
    ['endpoint_certificate', () => both(`${stranger}/?h=${headers(goodAnswer)}`)],
    ['page_unreachable', () => 'https://127.0.0.1:1/'],
    ['no_document', () => `${both('/r')}&status=204`],
  ])('says %s', async (code, url) => {
    const found = await codes(url())
    expect(found.delivers).toBe(false)
    expect(found.codes).toContain(code)
  })

  test.each<[string, () => string]>([
    ['only_crash_reporting', () => reporting('crash-reporting="/r"')],
    ['repeated_name', () => reporting('default="/a", default="/b"')],
    ['userinfo', () => both(endpoint().replace('https://', 'https://key@'))],
    ['post_status', () => both('/x?status=500')],
    ['no_document_policy', () => pageWith({ 'reporting-endpoints': 'default="/r"' })],
    ['no_document_policy', () => pageWith({ 'reporting-endpoints': 'default="/r"', 'document-policy': 'js-profiling' })],
    ['bad_document_policy', () => pageWith({ 'reporting-endpoints': 'default="/r"', 'document-policy': 'Include-Stacks' })],
    ['only_report_to', () => pageWith({ 'report-to': '{"max_age":60,"endpoints":[{"url":"https://127.0.0.1:1/"}]}' })],
  ])('warns of %s', async (code, url) => {
    expect((await codes(url())).codes).toContain(code)
  })

  test('tells that a bad crash-reporting keeps a good default from being used', async () => {
    expect(await codes(reporting('crash-reporting="r", default="/r"'))).toEqual({
      delivers: false,
      codes: ['relative_url', 'blocks_default'],
    })
    expect(await codes(reporting('crash-reporting="/r", default="r"'))).toEqual({ delivers: true, codes: ['relative_url'] })
  })

  test('judges the page that a redirect leads to', async () => {
    const examined = await examine(
      new URL(`${page}/moved?to=${encodeURIComponent(`${httpPage}/?h=${headers({ 'reporting-endpoints': 'default="/r"' })}`)}`),
      certificate.cert,
    )
    expect(examined).toMatchObject({ redirects: 1, delivers: false, finalUrl: expect.stringContaining(httpPage) })
    expect(examined.findings.map(({ code }) => code)).toContain('page_http')
    expect((await codes(`${page}/moved?to=/moved?to=/moved`)).codes).toEqual(['page_unreachable'])
  })

  test('does not trust a certificate that browsers do not trust', async () => {
    expect((await codes(both('/r'), null)).codes).toEqual(['page_certificate', 'endpoint_certificate'])
  })
})
