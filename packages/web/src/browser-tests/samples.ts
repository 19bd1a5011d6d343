import type {
  DailyCounts,
  Facet,
  Group,
  GroupDetail,
  Me,
  Project,
  ProjectDetail,
  Rejection,
  ReportDetail,
  ReportSymbols,
  Sessions,
  SymbolConflicts,
  SymbolModule,
  SymbolUsage,
} from '@crashkeep/server/api-types'

/** A moment for all samples, so that pages look the same in every run. */
export const at = '2026-11-20T08:00:00.000Z'

/** What a hostile sender puts wherever it may write. */
export const markup = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'

export const me: Me = {
  name: 'admin',
  scopes: ['read', 'read-dumps', 'triage', 'upload-symbols', 'administer'],
  projects: null,
  loggedInBy: 'cookie',
  serverVersion: '0.1.0',
}

export const project = (slug: string, reports: number): Project => ({
  id: 1,
  slug,
  name: slug,
  createdAt: at,
  reports,
  keys: [
    {
      key: '0123456789abcdef0123456789abcdef',
      label: 'first',
      createdAt: at,
      revokedAt: null,
      ingestUrl: 'http://127.0.0.1:8080/i/0123456789abcdef0123456789abcdef',
    },
  ],
})

export const group = (number: number, more: Partial<Group> = {}): Group => ({
  id: `g${number}`,
  project: 'default',
  signature: `Cache::evict${number} | Cache::insert | Renderer::draw | main`,
  kind: 'minidump',
  reason: 'SIGSEGV / SEGV_MAPERR',
  state: 'open',
  count: 1000 - number,
  installations: 20,
  firstSeen: at,
  lastSeen: number % 2 === 0 ? at : new Date().toISOString(),
  firstVersion: '1.0.0',
  lastVersion: '1.2.0',
  days: Array.from({ length: 30 }, (_, day) => (day * number) % 7),
  ...more,
})

export const facets: Facet[] = [
  {
    field: 'version',
    values: [
      { value: '1.2.0', count: 700 },
      { value: null, count: 300 },
    ],
  },
]

export const groupDetail = (number: number): GroupDetail => ({
  ...group(number),
  bestReportId: 'r1',
  signatureSteps: [{ rule: 'skip', frame: 0, before: markup, after: null, why: 'says nothing' }],
  fingerprints: ['1:x'],
  facets,
})

export const sessions: Sessions = {
  items: [
    { release: '1.2.0', started: 11_204, errored: 31, crashed: 12, crashFree: 1 - 12 / 11_204 },
    { release: null, started: 40, errored: 0, crashed: 0, crashFree: 1 },
  ],
  total: { started: 11_244, errored: 31, crashed: 12, crashFree: 1 - 12 / 11_244 },
}

export const daily: DailyCounts = {
  days: Array.from({ length: 30 }, (_, day) => new Date(Date.parse(at) - (29 - day) * 86_400_000).toISOString().slice(0, 10)),
  series: [
    { version: '1.2.0', counts: Array.from({ length: 30 }, (_, day) => (day > 20 ? day : 0)), firstDay: '2026-11-12' },
    { version: null, counts: Array.from({ length: 30 }, () => 3), firstDay: null },
  ],
}

const frame = (number: number, more: object) => ({
  frame: number,
  function: null,
  file: null,
  line: null,
  inlines: null,
  module: 'libapp.so',
  module_offset: '0x0000000000001234',
  offset: '0x00007f0000001234',
  trust: 'cfi',
  missing_symbols: false,
  ...more,
})

const threads = [
  {
    thread_id: 100,
    thread_name: 'main',
    frames: [
      frame(0, {
        function: 'Cache::evict(unsigned long)',
        file: 'git:github.com/owner/app:src/cache.cc:0123abc',
        line: 42,
        trust: 'context',
        inlines: [{ function: 'check<int>', file: 'src/check.h', line: 7 }],
      }),
      frame(1, { missing_symbols: true, trust: 'scan' }),
      frame(2, { function: markup, module: 'libc.so.6' }),
    ],
  },
  ...Array.from({ length: 120 }, (_, number) => ({
    thread_id: 200 + number,
    thread_name: `pool ${number}`,
    frames: [frame(0, { function: 'poll', module: 'libc.so.6' })],
  })),
]

export const processedDump: unknown = {
  crash_info: { type: 'SIGSEGV / SEGV_MAPERR', address: '0x0000000000000008', crashing_thread: 0, memory_accesses: null },
  system_info: { os: 'Linux', os_ver: '6.1.0', cpu_arch: 'amd64', cpu_info: '', cpu_count: 8 },
  crashing_thread: { threads_index: 0, frames: [{ registers: { rip: '0x00007f0000001234', rax: '0x0000000000000000' } }] },
  threads,
  modules: [
    {
      filename: 'libapp.so',
      debug_file: 'libapp.so',
      debug_id: '0123456789ABCDEF0123456789ABCDEF0',
      base_addr: '0x1',
      symbols: { state: 'missing', looked: ['symbol store'] },
      missing_symbols: true,
    },
    {
      filename: 'libc.so.6',
      debug_file: 'libc.so.6',
      debug_id: 'FEDC456789ABCDEF0123456789ABCDEF0',
      base_addr: '0x2',
      loaded_symbols: true,
    },
  ],
  main_module: 0,
  annotations: { ptype: 'renderer' },
}

export const report = (id: string, more: Partial<ReportDetail> = {}): ReportDetail => ({
  id,
  project: 'default',
  kind: 'minidump',
  state: 'processed',
  receivedAt: at,
  crashedAt: at,
  product: 'App',
  version: '1.2.0',
  platform: 'Linux amd64',
  processType: 'renderer',
  reason: 'SIGSEGV / SEGV_MAPERR',
  signature: group(1).signature,
  groupId: 'g1',
  occurrences: 1,
  aliases: [],
  dialect: 'crashpad',
  sender: { userAgent: null, address: null },
  fields: { [markup]: markup, long: 'x'.repeat(5000) },
  attachments: [{ name: 'upload_file_minidump', fileName: 'a.dmp', contentType: null, size: 51_648, sha256: 'ab'.repeat(32) }],
  sentence: 'The renderer read address 0x8 in `Cache::evict` (cache.cc:42): a null pointer.',
  signatureSteps: groupDetail(1).signatureSteps,
  processed: processedDump,
  processedAt: at,
  problems: [{ code: 'bad_stream', message: 'A stream points outside of the file.' }],
  previousId: 'r0',
  nextId: null,
  ...more,
})

export const browserReport = (id: string): ReportDetail =>
  report(id, {
    kind: 'browser',
    reason: 'unresponsive',
    sentence: 'The page stopped responding.',
    processed: {
      kind: 'browser',
      reason: 'unresponsive',
      url: 'javascript:alert(1)',
      userAgent: 'Mozilla/5.0',
      ageMs: 5,
      isTopLevel: true,
      visibilityState: 'visible',
      toldBy: null,
      context: { release: markup },
      stack: [],
      documents: [],
      stackMissing: 'not_opted_in',
      neighbours: [{ type: 'csp-violation', url: null, body: { sample: markup } }],
      extra: {},
    },
  })

export const errorReport = (id: string): ReportDetail =>
  report(id, {
    kind: 'javascript',
    reason: 'TypeError: x is not a function',
    sentence: 'An error was caught.',
    processed: {
      kind: 'javascript',
      reason: 'TypeError: x is not a function',
      url: null,
      userAgent: null,
      ageMs: null,
      isTopLevel: null,
      visibilityState: null,
      toldBy: null,
      context: {},
      stack: [
        {
          function: 't',
          url: '/app/shop.js',
          line: 3,
          column: 7,
          raw: 't (/app/shop.js:3:7)',
          original: {
            function: 'pay',
            source: '../src/shop.ts',
            line: 12,
            column: 3,
            ignored: false,
            excerpt: { firstLine: 11, lines: ['function pay() {', `  throw ${markup}`, '}'] },
          },
          map: 'used',
        },
      ],
      documents: [],
      stackMissing: null,
      neighbours: [{ type: 'console', url: null, body: { message: markup } }],
      extra: { handled: true, causes: [{ reason: 'Error: no card', stack: [] }] },
    },
  })

export const reportSymbols: ReportSymbols = {
  sourcesEnabled: true,
  modules: [
    {
      debugFile: 'app',
      debugId: '0123456789ABCDEF0123456789ABCDEF0',
      codeFile: '/opt/app',
      codeId: null,
      hadSymbols: false,
      waiting: false,
      stored: null,
      asked: [
        { source: 'electron', title: 'Electron', outcome: 'not_found', detail: null, place: 'https://symbols.example/app', askedAt: at },
        {
          source: 'server:1',
          title: 'Ours',
          outcome: 'refused_address',
          detail: '10.0.0.1 is no public address',
          place: null,
          askedAt: at,
        },
        { source: 'elfutils', title: 'Linux distributions', outcome: null, detail: null, place: null, askedAt: null },
      ],
    },
    {
      debugFile: 'libfoo.so',
      debugId: 'F123456789ABCDEF0123456789ABCDEF0',
      codeFile: null,
      codeId: null,
      hadSymbols: true,
      waiting: false,
      stored: 'electron',
      asked: [{ source: 'electron', title: 'Electron', outcome: 'found', detail: null, place: null, askedAt: at }],
    },
  ],
}

export const symbolModule: SymbolModule = {
  debugFile: 'app.pdb',
  debugId: '0123456789ABCDEF0123456789ABCDEF1',
  codeFile: 'app.exe',
  codeId: null,
  state: 'missing',
  reports: 12,
  lacking: 12,
  installations: 3,
  firstSeen: at,
  lastSeen: at,
  file: null,
  asked: reportSymbols.modules[0]?.asked.filter(({ outcome }) => outcome !== null) ?? [],
}

export const conflictingModule: SymbolModule = {
  ...symbolModule,
  asked: [],
  debugFile: 'libshop.so',
  debugId: 'ABCDEF0123456789ABCDEF01234567890',
  codeFile: 'libshop.so',
  state: 'conflict',
  file: {
    sha256: 'ab'.repeat(32),
    size: 1_234_567,
    uploadedAt: at,
    scope: 'project:1',
    os: 'Linux',
    cpu: 'x86_64',
    lastUsedAt: at,
    lacks: ['unwind'],
    conflicts: 1,
    settled: 0,
  },
}

export const symbolUsage: SymbolUsage = {
  files: 12,
  bytes: 3_400_000,
  maxFiles: null,
  maxBytes: 10_000_000_000,
  unusedDays: 90,
  removed: { files: 5, bytes: 1_000_000, lastAt: at },
  shared: { files: 3, bytes: 7_000_000, maxBytes: null, unusedDays: null, removed: null },
  fetched: { files: 41, bytes: 2_000_000_000, maxBytes: 20_000_000_000 },
}

const kept = { scope: 'project:1', size: 1_234_560, uploadedAt: at, uploadedBy: 'token:1 ci', settledAt: null, settledBy: null }
export const symbolConflicts: SymbolConflicts = {
  serving: [{ ...kept, sha256: 'ab'.repeat(32), lacks: [] }],
  items: [{ ...kept, sha256: 'cd'.repeat(32), lacks: ['unwind'] }],
}

export const projectDetail = (slug: string): ProjectDetail => ({
  ...project(slug, 5000),
  settings: {
    maxUploadBytes: null,
    dailyQuota: 10_000,
    rules: [
      { name: 'no_nightly', field: 'channel', operator: 'equals', value: markup, keepPercent: 10 },
      { name: 'no_version', field: 'ver', operator: 'absent', value: '', keepPercent: 0 },
      { name: 'half', field: null, operator: 'equals', value: '', keepPercent: 50 },
    ],
    allowedOrigins: ['https://shop.example'],
    sourceMapOrigins: [],
    symbolQuotaBytes: null,
    symbolQuotaFiles: null,
    symbolsUnusedDays: null,
    keepDebugFiles: false,
    symbolSources: { enabled: false, list: [{ preset: 'electron' }, { preset: 'microsoft' }] },
    symbolAccess: 'token',
    privacy: {
      dropFields: ['email', 'user*'],
      hashFields: ['guid'],
      stripUrls: true,
      keepBrowserUrls: false,
      dropAddress: false,
      metadataOnly: true,
    },
  },
})

export const rejections: Rejection[] = [
  {
    reason: 'rule_no_nightly',
    count: 1234,
    lastAt: at,
    samples: [
      {
        at,
        dialect: 'crashpad',
        headers: { 'user-agent': `Crashpad/0.8.0 ${markup}` },
        fieldNames: ['prod', 'ver', markup],
        detail: `channel = ${markup}`,
        address: '192.0.2.7',
      },
    ],
  },
  {
    reason: 'too_large',
    count: 3,
    lastAt: at,
    samples: [{ at, dialect: 'crashpad', headers: {}, fieldNames: [], detail: null, address: null }],
  },
  { reason: 'a_code_of_tomorrow', count: 1, lastAt: at, samples: [] },
]
