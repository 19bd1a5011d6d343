import type { Project, ReportPage } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { ApiFailure, apiGet, asFailure } from '../../api/client.ts'
import { useSession } from '../../api/session.ts'
import { FailureNotice } from '../../parts/notice.tsx'
import { navigate } from '../../router/location.ts'
import { pathTo } from '../../router/route.ts'
import { usableKey } from './ingest-lines.tsx'
import { sameOriginIngest, testReport } from './paste-lines.ts'

/** The report is acknowledged before it has a row; it shows up within this time unless something is wrong. */
const maxWaitMs = 20_000
const askEveryMs = 400

export function TestCrash({ project }: { readonly project: Project }): JSX.Element | null {
  const { reloadProjects } = useSession()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<ApiFailure>()
  const key = usableKey(project)
  if (key === undefined) return null
  const send = async () => {
    setBusy(true)
    setFailure(undefined)
    try {
      const id = await sendTestCrash(project.slug, sameOriginIngest(key.ingestUrl, location.origin))
      reloadProjects()
      navigate(pathTo({ page: 'report', project: project.slug, id }))
    } catch (reason) {
      setFailure(asFailure(reason))
      setBusy(false)
    }
  }
  return (
    <>
      <button type="button" class="button button-main" disabled={busy} onClick={() => void send()}>
        {busy ? 'Sent, waiting for it…' : 'Send a test crash'}
      </button>
      {failure === undefined ? null : <FailureNotice failure={failure} what="The test crash" />}
    </>
  )
}

async function sendTestCrash(slug: string, ingestUrl: string): Promise<string> {
  const newest = async () => (await apiGet<ReportPage>(`/reports?project=${encodeURIComponent(slug)}&limit=1`)).items[0]?.id
  const before = await newest()
  const response = await fetch(ingestUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/reports+json' },
    body: JSON.stringify(testReport(location.href.split('#')[0] ?? location.href, navigator.userAgent, Date.now())),
  }).catch((cause: unknown) => {
    throw new ApiFailure(0, 'unreachable', `The ingest address ${ingestUrl} does not answer.`, { cause })
  })
  if (!response.ok)
    throw new ApiFailure(
      response.status,
      `http_${response.status}`,
      `The ingest address refused it: ${(await response.text()).slice(0, 200)}`,
    )
  const until = Date.now() + maxWaitMs
  while (Date.now() < until) {
    const now = await newest()
    if (now !== undefined && now !== before) return now
    await new Promise((resolve) => setTimeout(resolve, askEveryMs))
  }
  throw new ApiFailure(0, 'not_seen', 'It was accepted, but does not show up. Look at the log of the server.')
}
