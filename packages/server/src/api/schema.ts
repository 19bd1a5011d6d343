/**
 * The shapes of `/api/v1`, schema first: each object validates what comes in, serialises what goes out, documents itself in
 * `/api/v1/openapi.json`, and is the type that the pages and the command line import from `@crashkeep/server/api-types`.
 *
 * Times are ISO 8601 in UTC with milliseconds; ids are opaque strings; absent knowledge is `null`, never a missing key.
 */
import { type Static, type TSchema, Type } from 'typebox'
import { ProjectSettings } from './project-settings.ts'

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Time = Type.String({ format: 'date-time' })
const page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: nullable(Type.String({ description: 'Cursor of the next page; null on the last one' })) })

export const ApiError = Type.Object({
  code: Type.String({ description: 'Stable code, see docs/reference/errors.md' }),
  message: Type.String({ description: 'One sentence: what was wrong and what to do' }),
})

export const ReportState = Type.Union([
  Type.Literal('received'),
  Type.Literal('processing'),
  Type.Literal('processed'),
  Type.Literal('failed'),
])

/** One line of a list of reports. */
export const Report = Type.Object({
  id: Type.String(),
  project: Type.String({ description: 'Slug' }),
  kind: Type.String({ description: 'minidump, browser, javascript, error, feedback, hang, native; an open set' }),
  state: ReportState,
  receivedAt: Time,
  crashedAt: nullable(Time),
  product: nullable(Type.String()),
  version: nullable(Type.String()),
  platform: nullable(Type.String({ description: 'Operating system and CPU, for example "Linux amd64"' })),
  processType: nullable(Type.String()),
  reason: nullable(Type.String()),
  signature: nullable(Type.String()),
  groupId: nullable(Type.String()),
  occurrences: Type.Integer({ description: 'Deaths of one session in a loop that this one report stands for; 1 for all others' }),
})

export const Attachment = Type.Object({
  name: Type.String({ description: "The sender's field name, unique within the report; GET …/attachments/NAME answers the bytes" }),
  fileName: nullable(Type.String()),
  contentType: nullable(Type.String()),
  size: Type.Integer(),
  sha256: Type.String(),
})

export const Problem = Type.Object({ code: Type.String(), message: Type.String() })

export const SignatureStep = Type.Object({
  rule: Type.String(),
  frame: nullable(Type.Integer({ description: 'Index in the flat list of frames (inlines counted), where the step is about one' })),
  before: Type.String(),
  after: nullable(Type.String({ description: 'null: skipped' })),
  why: Type.String(),
})

export const ReportDetail = Type.Object({
  ...Report.properties,
  aliases: Type.Array(Type.String()),
  dialect: Type.String({
    description: 'How it arrived: crashpad, reporting-api, socorro, mini-breakpad, sentry, backtrace, bugsplat, bugsnag, upload…',
  }),
  sender: Type.Object({ userAgent: nullable(Type.String()), address: nullable(Type.String()) }),
  fields: Type.Record(Type.String(), Type.String()),
  attachments: Type.Array(Attachment),
  sentence: nullable(Type.String({ description: 'What died and why, in one sentence' })),
  signatureSteps: Type.Array(SignatureStep),
  processed: Type.Unknown({ description: 'ProcessedCrash for a minidump, ProcessedBrowserCrash for a browser report, null before' }),
  processedAt: nullable(Time),
  problems: Type.Array(Problem),
  previousId: nullable(Type.String({ description: 'The next older report of the same group' })),
  nextId: nullable(Type.String({ description: 'The next newer report of the same group' })),
})

export const ReportAccepted = Type.Object({ id: Type.String() })

/** One line of a script's stack; line and column count from 1, in the file as it was delivered. */
export const ScriptFrame = Type.Object({
  function: nullable(Type.String()),
  url: nullable(Type.String()),
  line: nullable(Type.Integer()),
  column: nullable(Type.Integer()),
  raw: Type.String(),
})

export const ProcessedScriptFrame = Type.Object({
  ...ScriptFrame.properties,
  original: nullable(
    Type.Object(
      {
        function: nullable(Type.String()),
        source: Type.String(),
        line: Type.Integer(),
        column: Type.Integer(),
        ignored: Type.Boolean({ description: "The build says that it is not the page's own code" }),
        excerpt: nullable(Type.Object({ firstLine: Type.Integer(), lines: Type.Array(Type.String()) })),
      },
      { description: 'The place that a person wrote, by the source map' },
    ),
  ),
  map: nullable(Type.String({ description: 'used, missing, damaged; null where no script is named' })),
})

/** `processed` of a browser's report, and of an error that a client of another service caught. */
export const ProcessedBrowserCrash = Type.Object({
  kind: Type.Union([Type.Literal('browser'), Type.Literal('javascript')]),
  reason: nullable(Type.String({ description: 'oom, unresponsive; null for an ordinary crash; class and message of an error' })),
  url: nullable(Type.String()),
  userAgent: nullable(Type.String()),
  ageMs: nullable(Type.Number()),
  isTopLevel: nullable(Type.Boolean()),
  visibilityState: nullable(Type.String()),
  context: Type.Record(Type.String(), Type.String(), { description: 'crash_report_api: what the page set with window.crashReport' }),
  toldBy: nullable(Type.String({ description: 'How another page found out: next-load, same-tab, other-tab, …; null: the browser told' })),
  stack: Type.Array(ProcessedScriptFrame),
  stackMissing: nullable(Type.String({ description: 'Why there is no stack: "not_opted_in", "not_sent", "unreadable"' })),
  neighbours: Type.Array(
    Type.Object(
      { type: Type.String(), url: nullable(Type.String()), body: Type.Unknown() },
      { description: 'Reports of other types in the same batch; breadcrumbs of an error' },
    ),
  ),
  documents: Type.Array(
    Type.Object({
      url: nullable(Type.String()),
      reason: nullable(Type.String()),
      isTopLevel: nullable(Type.Boolean()),
      visibilityState: nullable(Type.String()),
      toldBy: nullable(Type.String()),
      at: Time,
      context: Type.Record(Type.String(), Type.String()),
    }),
    { description: 'Other reports that became this one: more pages of the process, the same death told by another page, its repetitions' },
  ),
  extra: Type.Record(Type.String(), Type.Unknown(), { description: 'Members of the body that are not known here' }),
})

export const GroupState = Type.Union([Type.Literal('open'), Type.Literal('resolved'), Type.Literal('muted')])

export const Group = Type.Object({
  id: Type.String(),
  project: Type.String(),
  signature: Type.String(),
  kind: Type.String(),
  reason: nullable(Type.String()),
  state: GroupState,
  count: Type.Integer(),
  installations: Type.Integer({ description: 'Distinct installations (client ids); 0 when no sender tells' }),
  firstSeen: Time,
  lastSeen: Time,
  firstVersion: nullable(Type.String()),
  lastVersion: nullable(Type.String()),
  days: Type.Array(Type.Integer(), { description: 'Reports per UTC day, oldest first, 30 entries, today last' }),
})

export const GroupDetail = Type.Object({
  ...Group.properties,
  bestReportId: nullable(Type.String({ description: 'The report whose stack explains the group best' })),
  signatureSteps: Type.Array(SignatureStep),
  fingerprints: Type.Array(Type.String()),
  facets: Type.Array(
    Type.Object({ field: Type.String(), values: Type.Array(Type.Object({ value: nullable(Type.String()), count: Type.Integer() })) }),
  ),
})

export const GroupUpdate = Type.Object({ state: GroupState })

/** Reports per UTC day, for the chart over the groups. */
export const DailyCounts = Type.Object({
  days: Type.Array(Type.String({ description: 'YYYY-MM-DD, oldest first' })),
  series: Type.Array(
    Type.Object({
      version: nullable(Type.String({ description: 'null: all other versions' })),
      counts: Type.Array(Type.Integer()),
      firstDay: nullable(Type.String()),
    }),
  ),
})

/** Sessions of a release that clients told of; a rate is null where none was started. */
export const ReleaseSessions = Type.Object({
  release: nullable(Type.String({ description: 'null: clients did not say' })),
  started: Type.Integer(),
  errored: Type.Integer({ description: 'Ended in order, after an error' }),
  crashed: Type.Integer(),
  crashFree: nullable(Type.Number({ description: 'Share of sessions without a crash, 0 to 1' })),
})
export const Sessions = Type.Object({ items: Type.Array(ReleaseSessions), total: Type.Omit(ReleaseSessions, ['release']) })

export const Facet = Type.Object({
  field: Type.String(),
  values: Type.Array(Type.Object({ value: nullable(Type.String()), count: Type.Integer() })),
})

/** Public by nature: it can add reports to its project and nothing else. */
export const ProjectKey = Type.Object({
  key: Type.String(),
  label: Type.String(),
  createdAt: Time,
  revokedAt: nullable(Time),
  ingestUrl: Type.String(),
})
export const Project = Type.Object({
  id: Type.Integer(),
  slug: Type.String(),
  name: Type.String(),
  createdAt: Time,
  reports: Type.Integer(),
  keys: Type.Array(ProjectKey),
})
export const ProjectDetail = Type.Object({ ...Project.properties, settings: ProjectSettings })
export const ProjectCreate = Type.Object({
  slug: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }),
  name: Type.Optional(Type.String({ maxLength: 200 })),
})

export const Scope = Type.Union([
  Type.Literal('read'),
  Type.Literal('read-dumps'),
  Type.Literal('triage'),
  Type.Literal('upload-symbols'),
  Type.Literal('administer'),
])
export const Token = Type.Object({
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Scope),
  projects: nullable(Type.Array(Type.String(), { description: 'Slugs; null: every project' })),
  createdAt: Time,
  expiresAt: nullable(Time),
  lastUsedAt: nullable(Time),
  revokedAt: nullable(Time),
})
export const TokenCreate = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  scopes: Type.Array(Scope, { minItems: 1 }),
  projects: Type.Optional(nullable(Type.Array(Type.String()))),
  expiresAt: Type.Optional(nullable(Time)),
})
/** The secret is in this answer and nowhere else. */
export const TokenCreated = Type.Object({ ...Token.properties, secret: Type.String() })

const AskedSource = Type.Object({
  source: Type.String(),
  title: Type.String(),
  outcome: nullable(
    Type.String({
      description: 'found, not_found, wrong_id, unreadable, too_large, refused_address, failed; null: not asked, as it cannot have it',
    }),
  ),
  detail: nullable(Type.String()),
  place: nullable(Type.String({ description: 'The address that was asked last' })),
  askedAt: nullable(Time),
})

/** A module that reports of the project name, with the state of its symbols. */
export const SymbolModule = Type.Object({
  debugFile: Type.String(),
  debugId: Type.String(),
  codeFile: nullable(Type.String()),
  codeId: nullable(Type.String()),
  state: Type.Union([Type.Literal('present'), Type.Literal('missing'), Type.Literal('conflict')]),
  reports: Type.Integer({ description: 'Reports whose stacks went through it' }),
  lacking: Type.Integer({ description: 'Of these the reports that were processed without its symbols' }),
  installations: Type.Integer({ description: 'Installations whose reports lacked its symbols; 0 when no sender tells' }),
  firstSeen: nullable(Time),
  lastSeen: nullable(Time),
  file: nullable(
    Type.Object({
      sha256: Type.String(),
      size: Type.Integer(),
      uploadedAt: Time,
      scope: Type.String(),
      os: nullable(Type.String()),
      cpu: nullable(Type.String()),
      lastUsedAt: nullable(Time),
      lacks: Type.Array(Type.String(), { description: 'functions, unwind: what the file does not tell' }),
      conflicts: Type.Integer({ description: 'Different files for the same id, kept aside, of which nobody has decided yet' }),
      settled: Type.Integer({ description: 'Those of which somebody has decided' }),
    }),
  ),
  asked: Type.Array(AskedSource, { description: "Of a module without symbols what the project's sources answered" }),
})
/** What is known about the symbols of a module that a report's stacks went through, and who was asked for them. */
export const ModuleAnswers = Type.Object({
  debugFile: Type.String(),
  debugId: Type.String(),
  codeFile: nullable(Type.String()),
  codeId: nullable(Type.String()),
  hadSymbols: Type.Boolean({ description: 'When the report was processed last' }),
  waiting: Type.Boolean({ description: 'Sources are still being asked; the report is processed again when one has the file' }),
  stored: nullable(Type.String({ description: 'Where the file is that would be used now: project, shared, or the key of a source' })),
  asked: Type.Array(AskedSource, { description: "The project's sources in their order; empty while they are switched off" }),
})
export const ReportSymbols = Type.Object({
  sourcesEnabled: Type.Boolean({ description: 'Whether the project asks other servers at all' }),
  modules: Type.Array(ModuleAnswers),
})
const SymbolOutcome = Type.Union([Type.Literal('stored'), Type.Literal('present'), Type.Literal('conflict'), Type.Literal('completed')], {
  description: 'conflict: kept aside, another file serves the id; completed: what was there had only the other half',
})
const TakenModule = {
  debugFile: Type.String(),
  debugId: Type.String(),
  sha256: Type.String(),
  size: Type.Integer(),
  outcome: SymbolOutcome,
}
/** What stands outside of `modules` is the first of them. */
export const SymbolUploaded = Type.Object({
  ...TakenModule,
  reprocessing: Type.Integer({ description: 'Reports that are processed again because they lacked something of this' }),
  modules: Type.Array(
    Type.Object({
      ...TakenModule,
      format: Type.String({ description: 'symbols, or what they were made of: elf, pe, pdb, macho' }),
      problems: Type.Array(Problem, { description: 'What the debug file could not tell' }),
    }),
  ),
  sourceMaps: Type.Array(Type.Object({ script: Type.String(), release: nullable(Type.String()), outcome: Type.String() })),
  refused: Type.Array(Type.Object({ name: Type.String(), ...ApiError.properties }), { description: 'Files that are no good' }),
  ignored: Type.Integer({ description: 'Files that are neither symbols nor meant to be' }),
})

const UsedBySymbols = {
  files: Type.Integer(),
  bytes: Type.Integer(),
  maxBytes: nullable(Type.Integer()),
}
const UnusedSymbols = {
  unusedDays: nullable(Type.Integer({ description: 'After so many days without use symbols are removed; null: never' })),
  removed: nullable(
    Type.Object({ files: Type.Integer(), bytes: Type.Integer(), lastAt: Time }, { description: 'Since the project or the server exists' }),
  ),
}
export const SymbolUsage = Type.Object({
  ...UsedBySymbols,
  ...UnusedSymbols,
  maxFiles: nullable(Type.Integer()),
  shared: nullable(
    Type.Object({ ...UsedBySymbols, ...UnusedSymbols }, { description: 'Of symbols for every project; null for a token of some projects' }),
  ),
  fetched: nullable(
    Type.Object(UsedBySymbols, { description: 'Of what other servers gave: a cache, whose least needed files go; null as before' }),
  ),
})

const ConflictingFile = Type.Object({
  scope: Type.String(),
  sha256: Type.String(),
  size: Type.Integer(),
  uploadedAt: Time,
  uploadedBy: Type.String(),
  lacks: Type.Array(Type.String(), { description: 'functions, unwind: what the file does not tell' }),
  settledAt: nullable(Time),
  settledBy: nullable(Type.String({ description: 'Who chose another file than this one; null: nobody has yet' })),
})
export const SymbolConflicts = Type.Object({
  serving: Type.Array(ConflictingFile, { description: "What serves the module: the project's own file before the shared one" }),
  items: Type.Array(ConflictingFile, { description: 'What was kept aside, oldest first' }),
})
export const SymbolsPreferred = Type.Object({
  debugFile: Type.String(),
  debugId: Type.String(),
  sha256: Type.String({ description: 'Of the file that serves now' }),
  reprocessing: Type.Integer({ description: 'Reports that are processed again with it' }),
})

export const SymbolsMissing = Type.Object({
  missing: Type.Array(
    Type.Object({
      debugFile: Type.String(),
      debugId: Type.String(),
      lacks: Type.Array(Type.Union([Type.Literal('file'), Type.Literal('functions'), Type.Literal('unwind')]), {
        description: 'file: nothing is held; functions, unwind: the held file has only the other half',
      }),
    }),
  ),
  sourceMaps: Type.Array(Type.Object({ script: Type.String(), sha256: Type.String() }), {
    description: 'Of those that were asked about the ones that are not held as they are',
  }),
  pieces: Type.Array(Type.String(), { description: 'Of those that were asked about the ones that are not put down' }),
})
export const SymbolPiece = Type.Object({ sha256: Type.String(), size: Type.Integer() })

export const SourceMapUploaded = Type.Object({
  script: Type.String(),
  release: nullable(Type.String({ description: 'Without the name of the product before it; null: for every release' })),
  debugId: nullable(Type.String()),
  sha256: Type.String(),
  size: Type.Integer(),
  outcome: Type.Union([Type.Literal('stored'), Type.Literal('present'), Type.Literal('replaced')]),
  reprocessing: Type.Integer({ description: 'Reports that are processed again because they lacked this map' }),
})

export const Rejection = Type.Object({
  reason: Type.String(),
  count: Type.Integer(),
  lastAt: Time,
  samples: Type.Array(
    Type.Object({
      at: Time,
      dialect: Type.String(),
      headers: Type.Record(Type.String(), Type.String()),
      fieldNames: Type.Array(Type.String()),
      detail: nullable(Type.String()),
      address: nullable(Type.String({ description: "The sender's; null where the project keeps none" })),
    }),
  ),
})

export const Me = Type.Object({
  name: Type.String(),
  scopes: Type.Array(Scope),
  projects: nullable(Type.Array(Type.String())),
  loggedInBy: Type.Union([Type.Literal('cookie'), Type.Literal('token')]),
  serverVersion: Type.String(),
})

export const ReportPage = page(Report)
export const GroupPage = page(Group)
export const SymbolModulePage = page(SymbolModule)

export type ApiError = Static<typeof ApiError>
export type ReportState = Static<typeof ReportState>
export type Report = Static<typeof Report>
export type Attachment = Static<typeof Attachment>
export type Problem = Static<typeof Problem>
export type SignatureStep = Static<typeof SignatureStep>
export type ReportDetail = Static<typeof ReportDetail>
export type ReportAccepted = Static<typeof ReportAccepted>
export type ScriptFrame = Static<typeof ScriptFrame>
export type ProcessedScriptFrame = Static<typeof ProcessedScriptFrame>
export type ProcessedBrowserCrash = Static<typeof ProcessedBrowserCrash>
export type GroupState = Static<typeof GroupState>
export type Group = Static<typeof Group>
export type GroupDetail = Static<typeof GroupDetail>
export type GroupUpdate = Static<typeof GroupUpdate>
export type DailyCounts = Static<typeof DailyCounts>
export type ReleaseSessions = Static<typeof ReleaseSessions>
export type Sessions = Static<typeof Sessions>
export type Facet = Static<typeof Facet>
export type Project = Static<typeof Project>
export type ProjectDetail = Static<typeof ProjectDetail>
export type ProjectKey = Static<typeof ProjectKey>
export type ProjectCreate = Static<typeof ProjectCreate>
export type Scope = Static<typeof Scope>
export type Token = Static<typeof Token>
export type TokenCreate = Static<typeof TokenCreate>
export type TokenCreated = Static<typeof TokenCreated>
export type SymbolModule = Static<typeof SymbolModule>
export type ModuleAnswers = Static<typeof ModuleAnswers>
export type ReportSymbols = Static<typeof ReportSymbols>
export type SymbolUsage = Static<typeof SymbolUsage>
export type SymbolsPreferred = Static<typeof SymbolsPreferred>
export type SymbolConflicts = Static<typeof SymbolConflicts>
export type SymbolsMissing = Static<typeof SymbolsMissing>
export type SymbolPiece = Static<typeof SymbolPiece>
export type SymbolUploaded = Static<typeof SymbolUploaded>
export type SourceMapUploaded = Static<typeof SourceMapUploaded>
export type Rejection = Static<typeof Rejection>
export type Me = Static<typeof Me>
export type ReportPage = Static<typeof ReportPage>
export type GroupPage = Static<typeof GroupPage>
export type SymbolModulePage = Static<typeof SymbolModulePage>
