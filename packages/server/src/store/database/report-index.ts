/** The derived half of the data: rows that make lists, counts and searches fast. Can be rebuilt from blobs and ledger. */
import type { Problem } from '../../api/schema.ts'

export interface ReportIndex {
  /** Adds the row of a new report, its aliases and its first job in one transaction. Called again for a report that is there, it only answers. */
  addReport(report: NewReport): Promise<AddedReport>
  /** By id, alias, or a prefix of 16 or more digits (then several may match). */
  find(idOrAlias: string): Promise<ReportRow[]>
  /** Writes what processing found and moves the counts of groups and days with it, in one transaction. Run again, it replaces. */
  setProcessed(id: string, result: ProcessedRow): Promise<void>
  setState(id: string, state: ReportRow['state'], problems?: readonly Problem[]): Promise<void>
  setStates(ids: readonly string[], state: ReportRow['state']): Promise<void>
  /** Callers use `store.erase`. */
  removeReport(id: string): Promise<void>

  reports(query: ReportQuery): Promise<{ readonly items: ReportRow[]; readonly next: string | undefined }>
  neighbours(id: string): Promise<{ readonly previousId: string | undefined; readonly nextId: string | undefined }>
  groups(query: GroupQuery): Promise<{ readonly items: GroupRow[]; readonly next: string | undefined }>
  groupRow(groupId: string): Promise<GroupRow | undefined>
  /** Callers use `store.setGroupState`. */
  setGroupState(groupId: string, state: string): Promise<void>
  /** Most frequent values of version, platform, processType, reason, product; of a group or of a whole project, or of what a search finds there. */
  facets(scope: {
    readonly projectId: number
    readonly groupId?: string
    readonly query?: string
  }): Promise<{ field: string; values: { value: string | null; count: number }[] }[]>
  /** The last `days` UTC days; all but the busiest versions are counted together as null. `firstDay` is the version's first day of all. */
  daily(projectId: number, days: number): Promise<DailyRow[]>
  countReports(projectId: number): Promise<number>
  /** Reports that arrived from `fromMs` up to, but without, `toMs`. */
  countReceived(projectId: number, fromMs: number, toMs: number): Promise<number>

  /** Modules of the project's reports with the state of their symbols, those that hurt most first. */
  modules(query: {
    readonly projectId: number
    readonly cursor?: string
    readonly limit: number
    readonly missingOnly?: boolean
  }): Promise<{
    readonly items: ModuleRow[]
    readonly next: string | undefined
  }>
  /** The modules that a report's stacks went through. */
  reportModules(reportId: string): Promise<ReportModule[]>
  /** How many installations sent reports whose stacks went through these modules without symbols; keyed `debugFile/DEBUGID`. */
  installationsLacking(
    projectId: number,
    modules: readonly { readonly debugFile: string; readonly debugId: string }[],
  ): Promise<Map<string, number>>
  /**
   * Reports whose stacks went through a module that had no symbols when they were processed, in the order in which they should be processed again:
   * the newest of each group, those of large groups first; then the next newest of each, and so on.
   */
  reportsLacking(module: { readonly debugFile: string; readonly debugId: string }, projectId: number | undefined): Promise<string[]>
  /** Those whose stacks went through it at all, in the same order. */
  reportsThrough(module: { readonly debugFile: string; readonly debugId: string }, projectId: number | undefined): Promise<string[]>
  /** Reports whose stacks went through a script that had no source map: of this name and release (undefined: of any), or with this debug id. */
  reportsLackingMap(
    script: { readonly path: string; readonly release: string | undefined; readonly debugId: string | undefined },
    projectId: number | undefined,
  ): Promise<string[]>

  countSessions(rows: readonly SessionRow[]): Promise<void>
  /** The last `days` UTC days, busiest release first; a browser's session that died counts as crashed. */
  sessions(projectId: number, days: number): Promise<ReleaseSessions[]>
  countRejection(rejection: NewRejection): Promise<void>
  rejections(projectId: number | undefined): Promise<RejectionRow[]>
}

/** See merge-deaths.ts. */
export interface BrowserDeath {
  readonly session: string
  /** One document. */
  readonly page?: string
  /** Hash of the user agent. */
  readonly agent: string
  /** Reason and kind of page: equal for the deaths of a loop. */
  readonly what: string
  readonly at: number
  /** Another page found out afterwards. */
  readonly toldLater: boolean
}

export interface AddedReport {
  /** The report that this one became a document of; `keep`: its files go there. */
  readonly partOf?: { readonly id: string; readonly keep: boolean }

  /** An older copy that now has the id as an alias. */
  readonly duplicateOf: string | undefined
  /** Reports whose blobs nobody needs any more: this one, when it is a duplicate, or a truncated copy that this whole one replaced. */
  readonly obsolete: readonly string[]
}

export interface DailyRow {
  /** YYYY-MM-DD */
  readonly day: string
  readonly version: string | null
  readonly count: number
  readonly firstDay: string | null
}

export interface SessionRow {
  readonly projectId: number
  /** Days since 1970, UTC. */
  readonly day: number
  /** '': unknown. */
  readonly release: string
  readonly started: number
  readonly errored: number
  readonly crashed: number
}
export interface ReleaseSessions {
  readonly release: string | undefined
  readonly started: number
  readonly errored: number
  readonly crashed: number
}
export interface NewReport {
  readonly id: string
  readonly projectId: number
  readonly kind: string
  readonly dialect: string
  readonly receivedAt: number
  readonly crashedAt: number | undefined
  readonly aliases: readonly string[]
  readonly product: string | undefined
  readonly version: string | undefined
  readonly platform: string | undefined
  readonly processType: string | undefined
  /** Client id of the sender; counted as installations. */
  readonly installation: string | undefined
  /** Equal for copies of one report (report id inside the dump and content hash; hash of a browser report without its age); undefined: never merged. */
  readonly dedupeKey: string | undefined
  /** Copies are only those whose crash time differs by less; 0 compares the key alone. Milliseconds. */
  readonly dedupeWindowMs: number
  /** Equal for copies of one report of which one may be cut off; the whole one stays. */
  readonly copyKey?: string | undefined
  /** Of a browser's report whose page names its session: reports of one death become one. */
  readonly death?: BrowserDeath | undefined
  readonly truncated?: boolean
}

export interface ReportRow {
  readonly id: string
  readonly projectId: number
  readonly kind: string
  readonly dialect: string
  readonly state: 'received' | 'processing' | 'processed' | 'failed'
  readonly receivedAt: number
  readonly crashedAt: number | undefined
  readonly product: string | undefined
  readonly version: string | undefined
  readonly platform: string | undefined
  readonly processType: string | undefined
  readonly installation: string | undefined
  readonly reason: string | undefined
  readonly signature: string | undefined
  readonly groupId: string | undefined
  readonly processedAt: number | undefined
  readonly problems: readonly Problem[]
  readonly aliases: readonly string[]
  /** Deaths of one session that became this one report. */
  readonly occurrences: number
}

export interface PageFacts {
  /** Kind of page: `/orders/:id`. */
  readonly route: string | null
  /** `Chrome 156` */
  readonly browser: string | null
  /** `visible` or `hidden`. */
  readonly visibility: string | null
  /** `top level` or `embedded`. */
  readonly frame: string | null
}

export interface ProcessedRow {
  readonly crashedAt: number | undefined
  readonly platform: string | undefined
  readonly processType: string | undefined
  readonly product: string | undefined
  readonly version: string | undefined
  readonly reason: string | undefined
  readonly signature: string
  readonly groupId: string
  /** State of the group in the ledger, for a group that the index does not know yet; `open` when left out. */
  readonly groupState?: string
  /** How well the stack explains the crash, 0 to 100; the best one's report stands for its group. Share of modules with symbols when left out. */
  readonly quality?: number
  readonly processedAt: number
  /** Of a browser's report. */
  readonly page?: PageFacts
  readonly problems: readonly Problem[]
  /** Modules that frames lie in. */
  readonly modules: readonly {
    readonly debugFile: string
    readonly debugId: string
    readonly codeFile?: string
    readonly codeId?: string
    readonly hadSymbols: boolean
  }[]
}

export interface ReportQuery {
  readonly projectId?: number
  readonly groupId?: string
  /** `version:1.2 reason:SIGSEGV "words"`, see docs/reference/search.md. */
  readonly query?: string
  readonly cursor?: string
  readonly limit: number
}

export interface GroupQuery {
  readonly projectId: number
  readonly query?: string
  readonly state?: string
  readonly sort: 'count' | 'lastSeen' | 'firstSeen' | 'installations'
  readonly cursor?: string
  readonly limit: number
}

export interface GroupRow {
  readonly id: string
  readonly projectId: number
  readonly signature: string
  readonly kind: string
  readonly reason: string | undefined
  /** Copied from the ledger so that lists can filter by it. */
  readonly state: string
  readonly count: number
  readonly installations: number
  readonly firstSeen: number
  readonly lastSeen: number
  readonly firstVersion: string | undefined
  readonly lastVersion: string | undefined
  readonly bestReportId: string | undefined
  /** Reports per UTC day, oldest first, 30 entries, today last. */
  readonly days: readonly number[]
}

export interface ModuleRow {
  readonly debugFile: string
  readonly debugId: string
  readonly codeFile: string | undefined
  readonly codeId: string | undefined
  readonly reports: number
  readonly firstSeen: number
  readonly lastSeen: number
  readonly missing: boolean
  /** Reports that were processed without its symbols. */
  readonly lacking: number
}

export interface ReportModule {
  readonly debugFile: string
  readonly debugId: string
  readonly codeFile: string | undefined
  readonly codeId: string | undefined
  readonly hadSymbols: boolean
}

export interface NewRejection {
  /** undefined: unknown key or keyless path; kept in one server-wide ring. */
  readonly projectId: number | undefined
  readonly reason: string
  readonly dialect: string
  readonly at: number
  readonly sample?: {
    readonly headers: Readonly<Record<string, string>>
    readonly fieldNames: readonly string[]
    readonly detail: string | undefined
    /** Of the sender; undefined where the project does not keep addresses. */
    readonly address?: string | undefined
  }
}
export interface RejectionRow {
  readonly reason: string
  readonly count: number
  readonly lastAt: number
  readonly samples: readonly {
    readonly at: number
    readonly dialect: string
    readonly headers: Record<string, string>
    readonly fieldNames: string[]
    readonly detail: string | null
    readonly address: string | null
  }[]
}
