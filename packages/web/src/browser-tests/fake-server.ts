import {
  browserReport,
  conflictingModule,
  daily,
  errorReport,
  facets,
  group,
  groupDetail,
  me,
  project,
  projectDetail,
  rejections,
  report,
  reportSymbols,
  sessions,
  symbolConflicts,
  symbolModule,
  symbolUsage,
} from './samples.ts'

export interface FakeServer {
  /** Method and path of every request, in order. */
  readonly requests: readonly string[]
  readonly bodies: readonly string[]
  stop(): void
}

type Answer = (url: URL, request: RequestInit | undefined) => unknown

const page = (items: readonly unknown[]) => ({ items, next: null })

const answers: Readonly<Record<string, Answer>> = {
  'GET /me': () => me,
  'GET /projects': () => page([project('default', 5000), project('empty', 0)]),
  'GET /projects/default': () => projectDetail('default'),
  'GET /rejections': (url) => ({ items: url.searchParams.get('project') === null ? [] : rejections }),
  'GET /groups': (url) =>
    page(url.searchParams.get('project') === 'empty' ? [] : Array.from({ length: 50 }, (_, number) => group(number + 1))),
  'GET /groups/g1': () => groupDetail(1),
  'GET /daily': () => daily,
  'GET /sessions': () => sessions,
  'GET /facets': () => page(facets),
  'GET /symbols': (url) => page(url.searchParams.has('conflicts') ? [conflictingModule] : [symbolModule, conflictingModule]),
  'GET /symbols/usage': () => symbolUsage,
  'GET /symbols/conflicts': () => symbolConflicts,
  'GET /reports': (url) =>
    page(url.searchParams.get('project') === 'empty' ? [] : [report('r1'), report('r2', { state: 'failed', version: null })]),
  'GET /reports/r1': () => report('r1'),
  'GET /reports/r1/symbols': () => reportSymbols,
  'GET /reports/browser': () => browserReport('browser'),
  'GET /reports/error': () => errorReport('error'),
  'GET /reports/failed': () => report('failed', { state: 'failed', processed: null, sentence: null, signature: null, groupId: null }),
}

/** Stands in for the network below the pages: every request of theirs is answered here, by the shapes of the API; what is not known is a 404. */
export function fakeServer(more: Readonly<Record<string, Answer>> = {}): FakeServer {
  const real = globalThis.fetch
  const requests: string[] = []
  const bodies: string[] = []
  const known = { ...answers, ...more }
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href)
    const name = `${init?.method ?? 'GET'} ${url.pathname.replace('/api/v1', '')}`
    requests.push(name)
    if (typeof init?.body === 'string') bodies.push(init.body)
    const answer = known[name]
    if (answer === undefined) return Response.json({ code: 'not_found', message: 'There is no such thing.' }, { status: 404 })
    const said = answer(url, init)
    if (said instanceof Response) return said
    return said === undefined ? new Response(null, { status: 204 }) : Response.json(said)
  }
  return {
    requests,
    bodies,
    stop: () => {
      globalThis.fetch = real
    },
  }
}
