/**
 * Opens the page in a headless Chromium and crashes it. The endpoints in the answer's header are exchanged for a receiver on this machine on
 * the way between network and browser, so that the report that Chromium makes of this very page is seen, and nobody's list of crashes gets
 * a false one. Everything else is the page's own: whether the header is well-formed, which endpoint is chosen, the certificate.
 */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Endpoint } from '../reporting-endpoints.ts'
import { type DevtoolsEvent, DevtoolsPipe } from './devtools-pipe.ts'
import { type Delivery, startReceiver } from './receiver.ts'
import { selfSigned } from './self-signed.ts'

export interface CrashedPage {
  readonly delivery: Delivery | undefined
  readonly deliveredAfterMs: number | undefined
}

export interface CrashOptions {
  readonly browser: string
  readonly url: URL
  readonly endpoints: readonly Endpoint[]
  /** Public keys of certificates to trust, see `Certificate.spki`. */
  readonly trusted: readonly string[]
}

const loadTimeoutMs = 20_000
/** Chromium flushes the endpoints of a document when it dies: reports were seen within 100 ms. */
const deliveryTimeoutMs = 10_000

export async function crashPage({ browser, url, endpoints, trusted }: CrashOptions): Promise<CrashedPage> {
  const certificate = selfSigned(Date.now())
  const receiver = await startReceiver(certificate)
  const profile = mkdtempSync(join(tmpdir(), 'crashkeep-doctor-'))
  // A browser that is killed leaves the folder of its socket. On macOS the path would be too long for one.
  const environment = process.platform === 'linux' ? { ...process.env, TMPDIR: profile } : process.env
  const options = [
    '--headless=new',
    `--user-data-dir=${profile}`,
    // As root there is no sandbox of Chromium's.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...['--no-first-run', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    `--ignore-certificate-errors-spki-list=${[certificate.spki, ...trusted].join(',')}`,
    'about:blank',
  ]
  const devtools = new DevtoolsPipe(browser, options, environment)
  try {
    const session = await openPage(devtools, url, (headers) => redirected(headers, endpoints, receiver.origin))
    const crashedAt = performance.now()
    devtools.tell('Page.crash', {}, session)
    const delivery = await receiver.crashReport(deliveryTimeoutMs)
    return { delivery, deliveredAfterMs: delivery && Math.round(performance.now() - crashedAt) }
  } finally {
    await devtools.close()
    receiver.close()
    // Helpers of the browser may still write for a moment.
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

interface Header {
  readonly name: string
  readonly value: string
}

/** The body is passed on unpacked. */
const aboutTransfer = new Set(['content-encoding', 'content-length', 'transfer-encoding'])

/** Good addresses become ours, under the endpoint's name; bad ones stay, and with them what the browser makes of them. */
function redirected(given: readonly Header[], endpoints: readonly Endpoint[], origin: string): Header[] {
  const headers = given.filter(({ name }) => !aboutTransfer.has(name.toLowerCase()))
  if (endpoints.length === 0) return headers
  const value = endpoints
    .map(({ name, given, fault }) => `${name}=${quoted(fault === undefined ? `${origin}/${encodeURIComponent(name)}` : given)}`)
    .join(', ')
  return [...headers.filter(({ name }) => name.toLowerCase() !== 'reporting-endpoints'), { name: 'reporting-endpoints', value }]
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

/** Resolves with the session of the page once it has loaded. */
async function openPage(devtools: DevtoolsPipe, url: URL, change: (headers: readonly Header[]) => Header[]): Promise<string> {
  const { targetId } = await devtools.send('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: true })
  const session = String(sessionId)
  const loaded = Promise.withResolvers<void>()
  devtools.listen((event) => {
    if (event.sessionId !== session) return
    if (event.method === 'Page.loadEventFired') loaded.resolve()
    if (event.method === 'Fetch.requestPaused') passOn(devtools, event, session, change).catch(loaded.reject)
  })
  await devtools.send('Page.enable', {}, session)
  await devtools.send('Fetch.enable', { patterns: [{ resourceType: 'Document', requestStage: 'Response' }] }, session)
  const { errorText } = await devtools.send('Page.navigate', { url: url.href }, session)
  if (typeof errorText === 'string') throw new Error(`the page could not be opened: ${errorText}`)
  const late = new Promise<void>((resolve) => setTimeout(resolve, loadTimeoutMs).unref())
  // A page that never stops loading can crash as well.
  await Promise.race([loaded.promise, late])
  return session
}

async function passOn(
  devtools: DevtoolsPipe,
  { params }: DevtoolsEvent,
  session: string,
  change: (headers: readonly Header[]) => Header[],
): Promise<void> {
  const { requestId, responseStatusCode, responseHeaders } = params
  if (typeof responseStatusCode !== 'number' || !Array.isArray(responseHeaders) || isRedirect(responseStatusCode)) {
    devtools.tell('Fetch.continueRequest', { requestId }, session)
    return
  }
  // Changed headers of Fetch.continueResponse come too late for Reporting-Endpoints; those of a whole new answer do not.
  const { body, base64Encoded } = await devtools.send('Fetch.getResponseBody', { requestId }, session)
  const content = base64Encoded === true ? body : Buffer.from(String(body)).toString('base64')
  // By the protocol's definition of Fetch.HeaderEntry.
  const headers = change(responseHeaders as readonly Header[])
  devtools.tell('Fetch.fulfillRequest', { requestId, responseCode: responseStatusCode, responseHeaders: headers, body: content }, session)
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304
}
