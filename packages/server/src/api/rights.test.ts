import { synthDump } from '@crashkeep/minidump/synth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../../testing/test-server.ts'

/** Proof 6 of the first issue: every route of the OpenAPI document, without a token, with one of another scope, with one of another project. */

let server: TestServer
let reportId: string
let groupId: string
let otherProject: string
let noScope: string

interface Operation {
  readonly method: string
  readonly path: string
  readonly scope: string | undefined
}

beforeAll(async () => {
  server = await testServer({ processes: true })
  reportId = await server.upload(synthDump({ threads: [{ id: 1 }] }))
  groupId = (await server.finished(reportId)).groupId ?? ''
  const other = await server.store.ledger.createProject({ slug: 'other', name: 'Other' })
  otherProject = await server.tokenWith(['read', 'read-dumps', 'triage', 'upload-symbols', 'administer'], [other.id])
  noScope = await server.tokenWith([])
})
afterAll(() => server.close())

async function operations(): Promise<Operation[]> {
  const document = (await server.ask({ url: '/api/v1/openapi.json' }, null)).json<{
    paths: Record<string, Record<string, { description?: string; security?: unknown[] }>>
  }>()
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { description, security }]) => ({
      method: method.toUpperCase(),
      path,
      scope: security?.length === 0 ? 'public' : /Scope: ([\w-]+)\./.exec(description ?? '')?.[1],
    })),
  )
}

/** Real ids of the project `default`, so that a wrong answer would be a real leak. */
function request({ method, path }: Operation) {
  const values: Record<string, string> = {
    name: 'upload_file_minidump',
    slug: 'default',
    key: server.key,
    debugFile: 'app',
    debugId: '1'.repeat(33),
    file: 'app.sym',
    id: path.startsWith('/api/v1/groups') ? groupId : path.startsWith('/api/v1/tokens') ? 'x' : reportId,
  }
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? name)
  const body =
    method === 'PATCH'
      ? path.includes('/groups')
        ? { state: 'muted' }
        : { name: 'Taken over' }
      : path.endsWith('/projects')
        ? { slug: 'new' }
        : path.endsWith('/tokens')
          ? { name: 'n', scopes: ['read'] }
          : path.endsWith('/keys')
            ? { label: 'l' }
            : path.endsWith('/symbols/missing')
              ? { modules: [] }
              : path.endsWith('/symbols/prefer')
                ? { debugFile: 'app', debugId: '1'.repeat(33), sha256: '1'.repeat(64) }
                : undefined
  return {
    method: method as 'GET',
    url: `${address}?project=default&debugFile=app&debugId=${'1'.repeat(33)}&buildId=${'1'.repeat(40)}&path=/shop.c`,
    ...(method === 'GET' || method === 'DELETE' || body === undefined ? {} : { payload: body }),
  }
}

describe('rights of every route', () => {
  test('the document lists all routes with the scope of each', async () => {
    const all = await operations()
    expect(all.map(({ method, path, scope }) => `${method} ${path} ${scope}`).sort()).toMatchInlineSnapshot(`
      [
        "DELETE /api/v1/projects/{slug}/keys/{key} administer",
        "DELETE /api/v1/reports/{id} administer",
        "DELETE /api/v1/session undefined",
        "DELETE /api/v1/tokens/{id} administer",
        "GET /api/v1/daily read",
        "GET /api/v1/facets read",
        "GET /api/v1/groups read",
        "GET /api/v1/groups/{id} read",
        "GET /api/v1/me undefined",
        "GET /api/v1/projects read",
        "GET /api/v1/projects/{slug} read",
        "GET /api/v1/rejections read",
        "GET /api/v1/reports read",
        "GET /api/v1/reports/{id} read",
        "GET /api/v1/reports/{id}/attachments/{name} read-dumps",
        "GET /api/v1/reports/{id}/raw read",
        "GET /api/v1/reports/{id}/symbols read",
        "GET /api/v1/sessions read",
        "GET /api/v1/symbols read",
        "GET /api/v1/symbols/conflicts read",
        "GET /api/v1/symbols/usage read",
        "GET /api/v1/symbols/{debugFile}/{debugId}/{file} read",
        "GET /api/v1/tokens administer",
        "PATCH /api/v1/groups/{id} triage",
        "PATCH /api/v1/projects/{slug} administer",
        "POST /api/v1/projects administer",
        "POST /api/v1/projects/{slug}/keys administer",
        "POST /api/v1/projects/{slug}/reports triage",
        "POST /api/v1/reports/{id}/reprocess triage",
        "POST /api/v1/session public",
        "POST /api/v1/source-maps upload-symbols",
        "POST /api/v1/symbols upload-symbols",
        "POST /api/v1/symbols/missing upload-symbols",
        "POST /api/v1/symbols/pieces upload-symbols",
        "POST /api/v1/symbols/prefer triage",
        "POST /api/v1/symbols/source upload-symbols",
        "POST /api/v1/tokens administer",
      ]
    `)
  })

  test('nobody without a token gets an answer', async () => {
    for (const operation of await operations()) {
      if (operation.scope === 'public') continue
      expect(await statusOf(operation, null), `${operation.method} ${operation.path}`).toBe(401)
      expect(await statusOf(operation, 'A'.repeat(43)), `${operation.method} ${operation.path}`).toBe(401)
    }
  })

  test('a token of no scope or another one is refused', async () => {
    for (const operation of await operations()) {
      if (operation.scope === 'public' || operation.scope === undefined) continue
      const others = (['read', 'read-dumps', 'triage', 'upload-symbols', 'administer'] as const).filter(
        (scope) => scope !== operation.scope,
      )
      expect(await statusOf(operation, noScope), `${operation.method} ${operation.path}`).toBe(403)
      expect(await statusOf(operation, await server.tokenWith(others)), `${operation.method} ${operation.path}`).toBe(403)
    }
  })

  test("a token of another project sees nothing of this one's", async () => {
    for (const operation of await operations()) {
      if (operation.scope === 'public' || operation.scope === undefined) continue
      if (operation.method === 'GET' && operation.path === '/api/v1/projects') continue
      expect(await statusOf(operation, otherProject), `${operation.method} ${operation.path}`).toSatisfy(
        (status) => status === 403 || status === 404,
      )
    }
    const listed = await server.ask({ url: '/api/v1/projects' }, otherProject)
    expect(listed.json<{ items: { slug: string }[] }>().items.map(({ slug }) => slug)).toEqual(['other'])
    const reports = await server.ask({ url: '/api/v1/reports' }, otherProject)
    expect(reports.json()).toEqual({ items: [], next: null })
    const found = await server.ask({ url: `/api/v1/reports?id=${reportId}` }, otherProject)
    expect(found.json()).toEqual({ items: [], next: null })
  })

  test('after all those attempts the report is as it was', async () => {
    const report = await server.finished(reportId)
    expect(report).toMatchObject({ id: reportId, state: 'processed' })
    expect((await server.ask({ url: `/api/v1/groups/${groupId}` })).json()).toMatchObject({ state: 'open' })
  })
})

async function statusOf(operation: Operation, token: string | null): Promise<number> {
  return (await server.ask(request(operation), token)).statusCode
}
