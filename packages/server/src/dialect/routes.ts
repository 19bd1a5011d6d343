/** Every route of every dialect, in one table; `registerDialects` reads it, and so does the test that none hides another. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ServerError } from '../errors.ts'
import { mediaTypeOf } from '../intake/boundary.ts'
import { answerBacktrace, answerBacktraceMetrics, answerBacktracePreflight } from './backtrace/backtrace.ts'
import { answerBugsnagMinidump, answerBugsnagNotify, answerBugsnagPreflight, answerBugsnagSessions, isBugsnag } from './bugsnag/bugsnag.ts'
import {
  answerBugSplatCrash,
  answerBugSplatElectron,
  answerBugSplatFeedback,
  answerBugSplatScript,
  answerBugSplatUnreal,
} from './bugsplat/bugsplat.ts'
import { answerCommit, answerUpload, answerUploadUrl } from './bugsplat/three-steps.ts'
import { answerAttachments, answerCrashpad } from './crashpad.ts'
import type { DialectContext } from './dialect-context.ts'
import { keyOf, queryOf } from './exchange.ts'
import { answerElectronCrashReportServer, answerMiniBreakpad, answerSimpleBreakpad } from './keyless-answers.ts'
import { answerView, answerWebhook } from './mini-breakpad.ts'
import { answerPreflight, answerReportingApi, isReportingApi } from './reporting-api.ts'
import {
  answerSentryAttachments,
  answerSentryEnvelope,
  answerSentryMinidump,
  answerSentryPreflight,
  answerSentrySecurity,
  answerSentryStore,
  answerSentryUnreal,
} from './sentry/sentry.ts'
import { answerSocorro } from './socorro.ts'

export interface DialectRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'OPTIONS'
  readonly url: string
  /** Exists only with a keyless project. */
  readonly needsKeyless: boolean
  readonly answer: (request: FastifyRequest, reply: FastifyReply, context: DialectContext) => Promise<void>
}

type Answer = DialectRoute['answer']

function route(method: DialectRoute['method'], url: string, answer: Answer): DialectRoute {
  return { method, url, needsKeyless: false, answer }
}

function keyless(method: DialectRoute['method'], url: string, answer: Answer): DialectRoute {
  return { method, url, needsKeyless: true, answer }
}

/** Clients disagree about the slash at the end. */
function eitherWay(method: DialectRoute['method'], url: string, answer: Answer): DialectRoute[] {
  return [route(method, url, answer), route(method, `${url}/`, answer)]
}

/** BugSplat's own address, and the same below a project's. */
function bugSplat(method: DialectRoute['method'], url: string, answer: Answer): DialectRoute[] {
  return [route(method, url, answer), route(method, `/i/:key${url}`, answer)]
}

const tokenOfBacktrace = ':token(^[0-9A-Fa-f]{32,64}$)'

export const dialectRoutes: readonly DialectRoute[] = [
  ...eitherWay('POST', '/i/:key', answerIngest),
  ...eitherWay('OPTIONS', '/i/:key', answerPreflight),
  ...eitherWay('GET', '/i/:key', answerWrongMethod),
  route('POST', '/i/:key/:report/attachments', answerAttachments),

  keyless('POST', '/submit', answerSocorro),
  keyless('GET', '/submit', answerWrongMethod),
  route('POST', '/post', answerPost),
  keyless('GET', '/view/:id', answerView),
  keyless('POST', '/webhook', answerWebhook),
  keyless('POST', '/crashreports', answerSimpleBreakpad),
  keyless('POST', '/electron-crashes', answerElectronCrashReportServer),
  route('POST', '/', answerRoot),
  route('OPTIONS', '/', answerBugsnagPreflight),

  ...eitherWay('POST', '/api/:project/minidump', answerSentryMinidump),
  ...eitherWay('POST', '/api/:project/envelope', answerSentryEnvelope),
  ...eitherWay('OPTIONS', '/api/:project/envelope', answerSentryPreflight),
  ...eitherWay('POST', '/api/:project/store', answerSentryStore),
  ...eitherWay('OPTIONS', '/api/:project/store', answerSentryPreflight),
  ...eitherWay('POST', '/api/store', answerSentryStore),
  ...eitherWay('POST', '/api/:project/events/:event/attachments', answerSentryAttachments),
  ...eitherWay('POST', '/api/:project/unreal/:sentryKey', answerSentryUnreal),
  ...eitherWay('POST', '/api/:project/security', answerSentrySecurity),

  route('POST', '/api/post', answerBacktrace),
  route('POST', `/submit.backtrace.io/:universe/${tokenOfBacktrace}/:format`, answerBacktrace),
  route('POST', `/:universe/${tokenOfBacktrace}/:format`, answerBacktrace),
  ...['/post', '/api/post', `/submit.backtrace.io/:universe/${tokenOfBacktrace}/:format`, `/:universe/${tokenOfBacktrace}/:format`].map(
    (url) => route('OPTIONS', url, answerBacktracePreflight),
  ),
  route('POST', '/api/unique-events/submit', answerBacktraceMetrics),
  route('POST', '/api/summed-events/submit', answerBacktraceMetrics),

  ...bugSplat('POST', '/post/electron/v2/crash.php', answerBugSplatElectron),
  ...bugSplat('POST', '/post/bp/crash/crashpad.php', answerBugSplatCrash),
  ...bugSplat('POST', '/post/bp/crash/postBP.php', answerBugSplatCrash),
  ...bugSplat('POST', '/post/js/', answerBugSplatScript),
  ...bugSplat('POST', '/post/js', answerBugSplatScript),
  ...bugSplat('POST', '/post/feedback/', answerBugSplatFeedback),
  ...bugSplat('POST', '/post/feedback', answerBugSplatFeedback),
  ...bugSplat('POST', '/post/ue4/:app/:version', answerBugSplatUnreal),
  ...bugSplat('GET', '/api/getCrashUploadUrl', answerUploadUrl),
  ...bugSplat('POST', '/api/commitS3CrashUpload', answerCommit),
  route('PUT', '/bugsplat/uploads/:project/:token', answerUpload),

  route('POST', '/minidump', answerBugsnagMinidump),
  route('POST', '/notify', answerBugsnagNotify),
  route('OPTIONS', '/notify', answerBugsnagPreflight),
  route('POST', '/sessions', answerBugsnagSessions),
  route('OPTIONS', '/sessions', answerBugsnagPreflight),
]

/** mini-breakpad-server's path and Backtrace's: the token tells them apart, and so does a format. */
async function answerPost(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const query = queryOf(request)
  if (query.has('token') || query.has('format')) return answerBacktrace(request, reply, context)
  return withKeyless(answerMiniBreakpad, request, reply, context)
}

/** Bugsnag's clients name their key; Backtrace's lose their token here, which is a mistake of theirs; all others mean the last. */
async function answerRoot(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  if (isBugsnag(request)) return answerBugsnagNotify(request, reply, context)
  if (queryOf(request).has('format')) return answerBacktrace(request, reply, context)
  return withKeyless(answerElectronCrashReportServer, request, reply, context)
}

/** As if the route did not exist, where there is no project for reports without a key. */
async function withKeyless(answer: Answer, request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  if (context.keyless === undefined) reply.callNotFound()
  else await answer(request, reply, context)
}

/** The one address of a project: browsers and crash handlers are told apart by their content type. */
async function answerIngest(request: FastifyRequest, reply: FastifyReply, context: DialectContext): Promise<void> {
  const key = keyOf(request)
  if (isReportingApi(mediaTypeOf(request.raw.headers['content-type']))) return answerReportingApi(request, reply, context.intake, key)
  return answerCrashpad(request, reply, context.intake, key)
}

async function answerWrongMethod(_: FastifyRequest, reply: FastifyReply): Promise<void> {
  const error = new ServerError('method_not_allowed')
  await reply.code(error.status).header('allow', 'POST, OPTIONS').type('text/plain').send(`${error.code}: ${error.message}`)
}
