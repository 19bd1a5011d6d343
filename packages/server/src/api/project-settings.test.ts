import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestServer, testServer } from '../../testing/test-server.ts'
import { defaultSettings } from './project-settings.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

const patch = (payload: object, token?: string) => server.ask({ method: 'PATCH', url: '/api/v1/projects/default', payload }, token)

it('changes what the request names, at once and for the next upload', async () => {
  const rule = { name: 'old', field: 'ver', operator: 'equals', value: '1', keepPercent: 0 }
  const changed = await patch({ name: 'Shop', settings: { rules: [rule], privacy: { dropAddress: true } } })
  expect(changed.statusCode).toBe(200)
  expect(changed.json()).toMatchObject({
    name: 'Shop',
    slug: 'default',
    settings: { ...defaultSettings, rules: [rule], privacy: { ...defaultSettings.privacy, dropAddress: true } },
  })
  expect(await server.upload(new Uint8Array(100), { ver: '1' })).toBe('Discarded=rule_old')
  expect((await patch({ settings: { dailyQuota: 0 } })).json()).toMatchObject({ settings: { dailyQuota: 0, rules: [rule] } })
  expect(await server.upload(new Uint8Array(100), { ver: '2' })).toMatch(/^over_quota: /)
  expect((await patch({ settings: { dailyQuota: null } })).json()).toMatchObject({ settings: { dailyQuota: null, rules: [rule] } })
  expect(await server.upload(new Uint8Array(100), { ver: '2' })).toMatch(/^[0-9a-f]{36}$/)
  expect((await server.ask({ url: '/api/v1/projects/default' })).json()).toMatchObject({ name: 'Shop', settings: { rules: [rule] } })
})

it('refuses what it does not know, instead of leaving it out', async () => {
  for (const settings of [
    { dailyQouta: 5 },
    { dailyQuota: '5' },
    { dailyQuota: -1 },
    { rules: [{ name: 'x' }] },
    { allowedOrigins: ['https://shop.example/path'] },
    { privacy: { dropFields: 'email' } },
    { rules: Array(2).fill({ name: 'twice', field: null, operator: 'equals', value: '', keepPercent: 1 }) },
  ]) {
    const refused = await patch({ settings })
    expect([settings, refused.statusCode, refused.json<{ code: string }>().code]).toEqual([settings, 400, 'bad_request'])
  }
})

it('is written to the audit without the values', async () => {
  await patch({ settings: { privacy: { dropFields: ['secret_name'] } } })
  const [entry] = await server.store.ledger.audits(1)
  expect(entry).toMatchObject({ action: 'update-project', target: 'default privacy' })
})

it('shows drops with their samples where refusals are listed', async () => {
  const { items } = (await server.ask({ url: '/api/v1/rejections?project=default' })).json<{
    items: { reason: string; samples: object[] }[]
  }>()
  const dropped = items.find(({ reason }) => reason === 'rule_old')
  expect(dropped?.samples).toMatchObject([{ dialect: 'crashpad', detail: 'ver = "1"', address: null }])
})

it('lets only who has the whole server open its network to a source of symbols', async () => {
  const project = await server.store.ledger.projectBySlug('default')
  const narrow = await server.tokenWith(['administer'], [project?.id ?? 0])
  const source = { name: 'Inner', url: 'http://10.0.0.1/', layout: 'breakpad', allowPrivate: true }
  const use = (list: object[], token?: string) => patch({ settings: { symbolSources: { list } } }, token)
  expect((await use([{ ...source, allowPrivate: false }], narrow)).statusCode).toBe(200)
  const refused = await use([source], narrow)
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([403, 'whole_server_only'])
  expect((await use([source])).statusCode).toBe(200)
  expect((await use([{ preset: 'electron' }, source], narrow)).statusCode).toBe(200)
  expect((await use([{ ...source, url: 'http://10.0.0.2/' }], narrow)).statusCode).toBe(403)
})
