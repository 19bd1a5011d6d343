import type { ProjectSettings } from '@crashkeep/server/api-types'
import axe from 'axe-core'
import { render } from 'preact'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
// @ts-expect-error A style sheet has no types.
import '../style/index.css'
import { forgetAll } from '../api/use-resource.ts'
import { App } from '../app.tsx'
import { chooseTheme } from '../parts/theme.ts'
import { interceptLinks } from '../router/location.ts'
import { type FakeServer, fakeServer } from './fake-server.ts'
import { conflictingModule, markup, projectDetail, report, symbolConflicts, symbolUsage } from './samples.ts'

const home = location.href
let root: HTMLElement
let server: FakeServer | undefined
let stopLinks: () => void

beforeEach(async () => {
  await page.viewport(1280, 800)
  root = document.createElement('div')
  document.body.append(root)
  stopLinks = interceptLinks(document)
})

afterEach(() => {
  render(null, root)
  root.remove()
  stopLinks()
  server?.stop()
  forgetAll()
  chooseTheme('auto')
  history.replaceState(null, '', home)
})

function open(path: string, more?: Parameters<typeof fakeServer>[0]): FakeServer {
  server = fakeServer(more)
  history.replaceState(null, '', path)
  render(<App />, root)
  return server
}

const shown = (text: string) => expect.element(page.getByText(text, { exact: false }).first()).toBeVisible()

/** Address, and a text that stands on the page once it is complete. */
const pages: readonly (readonly [name: string, path: string, text: string])[] = [
  ['groups', '/p/default', 'Cache::evict50'],
  ['groups of nothing', '/p/default?query=x&state=all&sort=lastSeen', 'Cache::evict50'],
  ['group', '/p/default/g/g1', 'Best stack'],
  ['report', '/p/default/r/r1', 'Crashing thread'],
  ['error report', '/p/default/r/error', 'Error: no card'],
  ['browser report', '/p/default/r/browser', 'Document-Policy: include-js-call-stacks-in-crash-reports'],
  ['failed report', '/p/default/r/failed', 'Process again'],
  ['symbols', '/p/default/symbols', 'app.sym'],
  ['first run', '/p/empty', 'Send a test crash'],
  ['intake', '/p/default/intake', 'A rule of this project dropped it.'],
  ['set up', '/p/default/settings', 'What of each'],
  ['login', '/login', 'Log in to Crashkeep'],
  ['not found', '/p/default/r/none', 'There is no report none'],
]

describe.each(pages)('%s', (_name, path, text) => {
  it.each(['light', 'dark'] as const)('passes axe in %s colours', async (theme) => {
    chooseTheme(theme)
    open(path)
    await shown(text)
    const { violations } = await axe.run(root, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { region: { enabled: false } },
    })
    expect(
      violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .slice(0, 3)
            .map(({ html, failureSummary }) => `${html} ${failureSummary}`)
            .join('\n')}`,
      ),
    ).toEqual([])
  })

  it('fits the width of a phone', async () => {
    await page.viewport(390, 844)
    open(path)
    await shown(text)
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(document.documentElement.clientWidth)
  })

  it('shows what a report says as text, never as markup', async () => {
    open(path)
    await shown(text)
    expect(root.querySelectorAll('img, script, [onerror]')).toHaveLength(0)
    const links = [...root.querySelectorAll('a')].map((link) => link.protocol)
    expect(links.filter((protocol) => protocol !== 'http:' && protocol !== 'https:')).toEqual([])
  })
})

describe('hands', () => {
  it('j, k and Enter walk through the groups and open one', async () => {
    open('/p/default')
    await shown('Cache::evict2')
    await userEvent.keyboard('jjk{Enter}')
    await shown('Best stack')
    expect(location.pathname).toBe('/p/default/g/g1')
  })

  it('/ goes to the search, and what is typed there goes to the address', async () => {
    const { requests } = open('/p/default')
    await shown('Cache::evict2')
    const before = requests.length
    await userEvent.keyboard('/version:1.2 j{Enter}')
    await expect.poll(() => new URLSearchParams(location.search).get('query')).toBe('version:1.2 j')
    await expect.poll(() => requests.length).toBeGreaterThan(before)
  })

  it('t unfolds the other threads, equal stacks as one line', async () => {
    open('/p/default/r/r1')
    await shown('Crashing thread')
    expect(page.getByText('120 ×').elements()).toHaveLength(0)
    await userEvent.keyboard('t')
    await shown('120 ×')
  })

  it('[ goes to the older report of the group', async () => {
    open('/p/default/r/r1', { 'GET /reports/r0': () => report('r0', { sentence: 'The older one.' }) })
    await shown('Crashing thread')
    await userEvent.keyboard('[[')
    await shown('The older one.')
    expect(location.pathname).toBe('/p/default/r/r0')
  })

  it('c copies the stack as text', async () => {
    open('/p/default/r/r1')
    await shown('Crashing thread')
    const copied: string[] = []
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => void copied.push(text))
    await userEvent.keyboard('c')
    await expect
      .poll(() => copied.join())
      .toContain('libapp.so!Cache::evict(unsigned long) [git:github.com/owner/app:src/cache.cc:0123abc:42]')
    write.mockRestore()
  })

  it('? tells the keys', async () => {
    open('/p/default')
    await shown('Cache::evict2')
    await userEvent.keyboard('?')
    await shown('copy the stack as text for an issue')
  })
})

describe('a report that is still being processed', () => {
  it('says so and shows the result by itself', async () => {
    let asked = 0
    open('/p/default/r/r9', {
      'GET /reports/r9': () => (++asked < 2 ? report('r9', { state: 'received', processed: null, sentence: null }) : report('r9')),
    })
    await shown('This page updates by itself')
    await shown('Crashing thread')
  })
})

describe('login', () => {
  it('takes the token out of the address, exchanges it and goes where somebody wanted to go', async () => {
    const { requests, bodies } = open('/login?next=%2Fp%2Fdefault%2Fsymbols#token=secret', { 'POST /session': () => undefined })
    await shown('app.sym')
    expect(location.pathname + location.hash).toBe('/p/default/symbols')
    expect(requests[0]).toBe('POST /session')
    expect(bodies).toEqual(['{"token":"secret"}'])
  })

  it('says why a token is refused', async () => {
    open('/login', { 'POST /session': () => Response.json({ code: 'bad_token', message: 'This token is not known.' }, { status: 401 }) })
    await userEvent.fill(page.getByLabelText('Token'), 'wrong')
    await userEvent.click(page.getByRole('button', { name: 'Log in' }))
    await shown('This token is not known.')
  })

  it('is where a page without a session leads', async () => {
    open('/p/default', { 'GET /me': () => Response.json({ code: 'no_token', message: 'Log in.' }, { status: 401 }) })
    await shown('Log in to Crashkeep')
    expect(location.search).toBe('?next=%2Fp%2Fdefault')
  })
})

describe('failures', () => {
  it('lists reports that could not be processed, which no group has', async () => {
    open('/p/default')
    await userEvent.click(page.getByText('Reports that could not be processed'))
    await expect.element(page.getByRole('cell', { name: 'failed' })).toBeVisible()
  })

  it('name what failed and load it again on demand', async () => {
    let broken = true
    open('/p/default', {
      'GET /groups': () =>
        broken
          ? Response.json({ code: 'database_busy', message: 'The database did not answer.' }, { status: 503 })
          : { items: [], next: null },
    })
    await shown('The list of groups: The database did not answer.')
    broken = false
    await userEvent.click(page.getByRole('button', { name: 'Try again' }))
    await shown('Nothing')
  })
})

describe('a new project', () => {
  it('sends a test crash to its own ingest address and opens its report', async () => {
    let arrived = false
    const { bodies } = open('/p/empty', {
      'POST /i/0123456789abcdef0123456789abcdef': () => {
        arrived = true
        return undefined
      },
      'GET /reports': () => ({ items: arrived ? [report('r1')] : [], next: null }),
    })
    await userEvent.click(page.getByRole('button', { name: 'Send a test crash' }))
    await shown('Crashing thread')
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject([{ type: 'crash', body: { reason: 'unresponsive' } }])
  })
})

it('the markup of the samples would run if a page let it', async () => {
  const canary = document.createElement('div')
  canary.innerHTML = markup
  document.body.append(canary)
  await vi.waitFor(() => expect(document.title).toBe('owned'))
  canary.remove()
  document.title = ''
})

describe('settings and intake', () => {
  it('saves what was changed, and says what the server refuses', async () => {
    const changed: unknown[] = []
    const { bodies } = open('/p/default/settings', {
      'PATCH /projects/default': (_url, request) => {
        changed.push(request?.body)
        return changed.length === 1
          ? Response.json({ code: 'bad_request', message: 'Two rules are called "x"; each needs a name of its own.' }, { status: 400 })
          : { ...projectDetail('default'), settings: { ...projectDetail('default').settings, dailyQuota: 500 } }
      },
    })
    await shown('What of each')
    await userEvent.fill(page.getByLabelText('Reports a day'), '500')
    await userEvent.click(page.getByRole('button', { name: 'Remove rule 1' }))
    await userEvent.click(page.getByRole('button', { name: 'Move rule 2 up' }))
    await userEvent.click(page.getByRole('button', { name: 'Save', exact: true }))
    await shown('Two rules are called')
    await userEvent.click(page.getByRole('button', { name: 'Save', exact: true }))
    await expect.poll(() => bodies.length).toBe(2)
    const { settings } = JSON.parse(bodies[1] ?? '') as { settings: ProjectSettings } // Sent by the page under test.
    expect(settings.dailyQuota).toBe(500)
    expect(settings.rules.map(({ name }) => name)).toEqual(['half', 'no_version'])
    expect(settings.privacy).toEqual(projectDetail('default').settings.privacy)
  })

  it('does not take a quota that is no number', async () => {
    const { bodies } = open('/p/default/settings')
    await shown('What of each')
    await userEvent.fill(page.getByLabelText('Reports a day'), 'many')
    await userEvent.click(page.getByRole('button', { name: 'Save', exact: true }))
    await shown('is no number')
    expect(bodies).toEqual([])
  })

  it('shows samples of a refusal with sender, reason and names of fields', async () => {
    open('/p/default/intake')
    await shown('A rule of this project dropped it.')
    await userEvent.click(page.getByText('1 sample').first())
    await shown('192.0.2.7')
    await shown('channel = <img')
  })
})

describe('stored symbols', () => {
  it('show what they take, what they lack, and the files that were kept aside', async () => {
    open('/p/default/symbols')
    await shown('12 files, 3.4 MB of 10 GB')
    await shown('What no report needs for 90 days is removed')
    await shown('Of other servers 41 files, 2.0 GB of 20 GB')
    await shown('no unwind information: upload the program')
    await page.getByText('1 different file kept aside').first().click()
    await shown('cdcdcdcdcdcd')
  })

  it('that are missing tell which servers were asked and what stands in the way', async () => {
    open('/p/default/symbols')
    await page.getByText('Not found elsewhere: Ours was not asked: its address is in a private network').first().click()
    await shown('Electron has no such file')
    await shown('(10.0.0.1 is no public address)')
  })

  it('tell when the quota is nearly used up', async () => {
    open('/p/default/symbols', { 'GET /symbols/usage': () => ({ ...symbolUsage, maxBytes: 3_500_000 }) })
    await shown('the quota is nearly full, and what does not fit is refused')
  })

  it('of several files for one id, a person says which one serves', async () => {
    const { bodies } = open('/p/default/symbols', { 'POST /symbols/prefer': () => ({ reprocessing: 12 }) })
    await page.getByText('Different files for one id').click()
    await page.getByText('1 different file kept aside').first().click()
    await page.getByRole('button', { name: 'Use this one' }).click()
    await shown('cdcdcdcdcdcd serves now; 12 reports processed again.')
    const { debugFile, debugId } = conflictingModule
    expect(bodies).toEqual([JSON.stringify({ debugFile, debugId, sha256: 'cd'.repeat(32) })])
  })

  it('of several files for one id, the one that serves can be confirmed', async () => {
    const { bodies } = open('/p/default/symbols', { 'POST /symbols/prefer': () => ({ reprocessing: 0 }) })
    await page.getByText('Different files for one id').click()
    await page.getByText('1 different file kept aside').first().click()
    await page.getByRole('button', { name: 'Keep this one' }).click()
    await shown('abababababab serves now.')
    expect(bodies).toEqual([expect.stringContaining('ab'.repeat(32))])
  })

  it('a decided conflict says so, by whom, and can be changed', async () => {
    const file = conflictingModule.file && { ...conflictingModule.file, conflicts: 0, settled: 1 }
    const decided = { ...conflictingModule, state: 'present' as const, file }
    const [other] = symbolConflicts.items
    open('/p/default/symbols', {
      'GET /symbols': () => ({ items: [decided], next: null }),
      'GET /symbols/conflicts': () => ({
        ...symbolConflicts,
        items: [{ ...other, settledAt: other?.uploadedAt, settledBy: 'token:1 ann' }],
      }),
    })
    await shown('1 module, all decided; a choice can be changed')
    await page.getByText('Different files for one id').click()
    await page.getByText('Decided; 1 other file kept aside').first().click()
    await shown('decided against')
    await shown('by ann')
    await expect.element(page.getByRole('button', { name: 'Use this one' })).toBeVisible()
    expect(page.getByRole('button', { name: 'Keep this one' }).query()).toBeNull()
  })
})

describe('symbols from elsewhere', () => {
  it('a report tells which server was asked for a module, and what it answered', async () => {
    open('/p/default/r/r1')
    await page.getByText('Where symbols were looked for').click()
    await shown('has no such file')
    await shown('its address is in a private network')
    await shown('10.0.0.1 is no public address')
    await shown('from Electron')
  })

  it('the list of missing modules says what to run', async () => {
    open('/p/default/symbols')
    await shown('crashkeep symbols upload --project default PATH/TO/app.pdb')
    await shown('Installations')
    await shown('No other server is asked for what is missing')
  })

  it('sources are switched on and written down in the settings', async () => {
    const saved: unknown[] = []
    open('/p/default/settings', {
      'PATCH /projects/default': (_, request) => {
        saved.push(JSON.parse(String(request?.body)))
        return projectDetail('default')
      },
    })
    await page.getByLabelText(/Other servers are asked/).click()
    await page.getByLabelText(/Servers, in their order/).fill('electron\nOurs breakpad https://symbols.example/ private')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await vi.waitFor(() => expect(saved).toHaveLength(1))
    expect(saved[0]).toMatchObject({
      settings: {
        symbolSources: {
          enabled: true,
          list: [{ preset: 'electron' }, { name: 'Ours', layout: 'breakpad', url: 'https://symbols.example/', allowPrivate: true }],
        },
      },
    })
  })
})
