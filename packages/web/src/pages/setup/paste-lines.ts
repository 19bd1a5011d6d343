/** What a developer pastes into a program, per platform, with the project's own address in it. */
export interface PasteLines {
  readonly title: string
  readonly code: string
  readonly note?: string
}

/** Named, not imported: this is text for somebody else's program. */
const reporterPackage = '@crashkeep/reporter'

/** `projectId` is the number that Sentry's clients want. */
export function pasteLines(ingestUrl: string, projectId: number): PasteLines[] {
  const { origin, protocol, host, pathname } = new URL(ingestUrl)
  const key = pathname.slice(pathname.lastIndexOf('/') + 1)
  return [
    {
      title: 'Electron, main process, before app is ready',
      code: `import { crashReporter } from 'electron'\n\ncrashReporter.start({\n  submitURL: '${ingestUrl}',\n  uploadToServer: true,\n})`,
    },
    {
      title: 'Node.js, first lines of the program',
      code: `import { crashReporter } from '${reporterPackage}'\n\ncrashReporter.start({ submitURL: '${ingestUrl}' })`,
    },
    {
      title: 'Web page: response headers',
      code: `Reporting-Endpoints: crash-reporting="${ingestUrl}", default="${ingestUrl}"\nDocument-Policy: include-js-call-stacks-in-crash-reports`,
      note: 'Browsers send only from https pages to https addresses.',
    },
    {
      title: 'Any program with Crashpad or Breakpad, or by hand',
      code: `curl -f '${ingestUrl}' \\\n  -F prod=MyApp -F ver=1.0.0 \\\n  -F upload_file_minidump=@crash.dmp`,
    },
    {
      title: 'A client of another service, unchanged but for its address',
      code: [
        `Sentry     dsn: '${protocol}//${key}@${host}/${projectId}'`,
        `Backtrace  url: '${origin}/post?format=json&token=${key}'`,
        `BugSplat   database: '${key}', posted to '${ingestUrl}/post/…'`,
        `Bugsnag    apiKey: '${key}', endpoints: { notify: '${origin}/notify', sessions: '${origin}/sessions', minidumps: '${origin}' }`,
      ].join('\n'),
    },
  ]
}

/** The address as this browser reaches it: the server's own name for itself may be another one, and the policy allows only this origin. */
export function sameOriginIngest(ingestUrl: string, origin: string): string {
  try {
    return new URL(new URL(ingestUrl, origin).pathname, origin).href
  } catch {
    return ingestUrl
  }
}

/** One report as a browser would send it after a page stopped responding. */
export function testReport(page: string, userAgent: string, now: number): unknown[] {
  const script = new URL('/static/checkout.js', page).href
  return [
    {
      type: 'crash',
      age: 0,
      url: page,
      user_agent: userAgent,
      body: {
        reason: 'unresponsive',
        is_top_level: true,
        visibility_state: 'visible',
        stack: `\n    at Cart.total (${script}:42:17)\n    at renderSummary (${script}:108:9)\n    at ${script}:7:1`,
        crash_report_api: { test: 'sent from the first-run page', sent_at: new Date(now).toISOString() },
      },
    },
  ]
}
