/** The derived half of the data: rows that make lists, counts and searches fast. Can be rebuilt from blobs and ledger. */
import type { Problem } from '../../api/schema.ts'

export interface ReportIndex {
  /** Adds the row of a new report, its aliases and its first job in one transaction. `duplicateOf` names an older copy that now has the id as an alias. */
  addReport(report: NewReport): Promise<{ readonly duplicateOf: string | undefined }>
  /** By id, alias, or a prefix of 16 or more digits (then several may match). */
  find(idOrAlias: string): Promise<ReportRow[]>
  /** Writes what processing found and moves the counts of groups and days with it, in one transaction. Run again, it replaces. */
  setProcessed(id: string, result: ProcessedRow): Promise<void>
  setState(id: string, state: ReportRow['state'], problems?: readonly Problem[]): Promise<void>
  removeReport(id: string): Promise<void>

  reports(query: ReportQuery): Promise<{ readonly items: ReportRow[]; readonly next: string | undefined }>
  neighbours(id: string): Promise<{ readonly previousId: string | undefined; readonly nextId: string | undefined }>
  groups(query: GroupQuery): Promise<{ readonly items: GroupRow[]; readonly next: string | undefined }>
  groupRow(groupId: string): Promise<GroupRow | undefined>
  /** Most frequent values of version, platform, processType, reason, product; of a group or of a whole project. */
  facets(scope: {
    readonly projectId: number
    readonly groupId?: string
  }): Promise<{ field: string; values: { value: string | null; count: number }[] }[]>
  daily(projectId: number, days: number): Promise<{ day: string; version: string | null; count: number }[]>
  countReports(projectId: number): Promise<number>

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
  /** Reports whose stacks went through a module that had no symbols when they were processed. */
  reportsLacking(module: { readonly debugFile: string; readonly debugId: string }, projectId: number | undefined): Promise<string[]>

  countRejection(rejection: NewRejection): Promise<void>
  rejections(projectId: number | undefined): Promise<RejectionRow[]>
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
  readonly processedAt: number
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
  }[]
}
