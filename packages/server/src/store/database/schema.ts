/**
 * Tables of both databases, as Kysely sees them. Times are Unix milliseconds; flags are 0 or 1; lists are JSON text. Text that may be
 * absent but belongs to a primary key is '' there, because SQL's null equals nothing.
 */
import type { Generated } from 'kysely'

export interface LedgerSchema {
  project: ProjectTable
  project_key: ProjectKeyTable
  token: TokenTable
  session: SessionTable
  triage_group: TriageGroupTable
  fingerprint: FingerprintTable
  tombstone: TombstoneTable
  symbol_file: SymbolFileTable
  symbol: SymbolTable
  symbol_conflict: SymbolConflictTable
  symbol_cleanup: SymbolCleanupTable
  source_map: SourceMapTable
  debug_original: DebugOriginalTable
  audit: AuditTable
}

export interface ProjectTable {
  id: Generated<number>
  slug: string
  name: string
  created_at: number
  /** JSON of ProjectSettings; what is missing in it has its default. */
  settings: Generated<string>
  hash_key: string
}
export interface ProjectKeyTable {
  key: string
  project_id: number
  label: string
  created_at: number
  revoked_at: number | null
}
export interface TokenTable {
  id: string
  name: string
  scopes: string
  projects: string | null
  secret_hash: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
}
export interface SessionTable {
  secret_hash: string
  token_id: string
  created_at: number
  expires_at: number
}
export interface TriageGroupTable {
  id: string
  project_id: number
  state: string
  created_at: number
}
export interface FingerprintTable {
  project_id: number
  rules_version: number
  /** SHA-256 of the signature, which may be longer than an index allows. */
  signature_hash: string
  signature: string
  group_id: string
}
export interface TombstoneTable {
  /** A report's id, or `copy:` and its dedupe key, so that a copy sent again stays erased. */
  report_id: string
  at: number
}
export interface SymbolFileTable {
  sha256: string
  size: number
  os: string | null
  cpu: string | null
  code_file: string | null
  code_id: string | null
  /** JSON: which of `functions`, `publics`, `unwind` a symbol file holds; null where nobody looked. */
  contents: Generated<string | null>
}
interface ModuleFileColumns {
  scope: string
  debug_file: string
  debug_id: string
  sha256: string
  uploaded_at: number
  uploaded_by: string
}
export interface SymbolConflictTable extends ModuleFileColumns {
  /** When a person chose among the files, this one being among them; null: nobody has yet. */
  settled_at: Generated<number | null>
  settled_by: Generated<string | null>
}
export interface SymbolTable extends ModuleFileColumns {
  /** When a report last needed it, to the day; null: never. */
  last_used_at: Generated<number | null>
}
/** What clean-ups have taken away. */
export interface SymbolCleanupTable {
  scope: string
  files: number
  bytes: number
  last_at: number
}
export interface SourceMapTable {
  scope: string
  /** '': for every release. */
  release: string
  /** Of the script. */
  path: string
  /** Its last part. */
  leaf: string
  /** '' where the map has none. */
  debug_id: string
  sha256: string
  uploaded_at: number
  uploaded_by: string
  last_used_at: Generated<number | null>
}
/** A debug file as it was uploaded, for debuggers; see debug-originals.ts. */
export interface DebugOriginalTable {
  scope: string
  /** `debuginfo` or `executable` of ELF and Mach-O, `pdb`, `pe`. */
  kind: string
  /** Build id of ELF in small digits; debug id of a PDB, code id of a PE in capitals. */
  id: string
  name: string
  sha256: string
  size: number
  uploaded_at: number
  uploaded_by: string
  /** When a debugger last asked for it, to the day; null: never. */
  last_used_at: Generated<number | null>
  /** The module and the symbol file that were made of it; null for sources, and for what was stored before this was written down. */
  debug_file: string | null
  debug_id: string | null
  made: string | null
}
export interface AuditTable {
  id: Generated<number>
  at: number
  actor: string
  action: string
  target: string
}

export interface IndexSchema {
  report: ReportTable
  report_alias: ReportAliasTable
  browser_death: BrowserDeathTable
  report_module: ReportModuleTable
  module: ModuleTable
  job: JobTable
  crash_group: CrashGroupTable
  group_installation: GroupInstallationTable
  day_count: DayCountTable
  facet_count: FacetCountTable
  rejection: RejectionTable
  rejection_sample: RejectionSampleTable
  session_count: SessionCountTable
  symbol_answer: SymbolAnswerTable
  symbol_want: SymbolWantTable
}

export interface ReportTable {
  n: Generated<number>
  id: string
  project_id: number
  kind: string
  dialect: string
  state: string
  received_at: number
  crashed_at: number | null
  /** The crash time where it is credible, else the arrival: what days, first and last seen are counted by. */
  seen_at: number
  product: string | null
  version: string | null
  platform: string | null
  process_type: string | null
  installation: string | null
  reason: string | null
  signature: string | null
  group_id: string | null
  processed_at: number | null
  quality: number
  problems: string
  dedupe_key: string | null
  copy_key: string | null
  truncated: number
  /** These four of browsers' reports: the kind of page, `Chrome 156`, visible or hidden, top level or embedded. */
  route: Generated<string | null>
  browser: Generated<string | null>
  visibility: Generated<string | null>
  frame: Generated<string | null>
  /** Deaths of one session that became this one report. */
  occurrences: Generated<number>
}
export interface ReportAliasTable {
  alias: string
  report_n: number
}
/** One row for each document whose end was told, see merge-deaths.ts. */
export interface BrowserDeathTable {
  /** Id of the report that told. */
  document_id: string
  /** The report that it became, or became a part of. */
  report_n: number
  project_id: number
  session: string
  page: string | null
  agent: string
  what: string
  at: number
  /** 1: found out afterwards by another page, and not told by the browser. */
  told_later: number
  /** As a report's own: what was merged may be sent once more as well. */
  dedupe_key: string | null
}
export interface ReportModuleTable {
  report_n: number
  module_n: number
  had_symbols: number
}
export interface ModuleTable {
  n: Generated<number>
  project_id: number
  debug_file: string
  debug_id: string
  code_file: string | null
  code_id: string | null
  reports: number
  lacking: number
  first_seen: number
  last_seen: number
}
export interface JobTable {
  report_id: string
  due_at: number
  attempt: number
  lease_id: string | null
  leased_until: number | null
  /** 1: asked for again while it was leased. */
  again: number
  last_error: string | null
  /** 0 for a new report, from 1 on for those that are processed again, in the order in which they shall be. */
  place: Generated<number>
}
export interface CrashGroupTable {
  id: string
  project_id: number
  signature: string
  kind: string
  reason: string | null
  state: string
  count: number
  installations: number
  first_seen: number
  last_seen: number
  first_version: string | null
  last_version: string | null
  best_report_id: string | null
  best_quality: number
}
export interface GroupInstallationTable {
  group_id: string
  installation: string
  count: number
}
/** `scope` is `p:<project>` or `g:<group>`; `day` counts UTC days since 1970; `version` is '' where unknown. */
export interface DayCountTable {
  scope: string
  day: number
  version: string
  count: number
}
/** `field` is one of `facetFields`; `value` is '' where unknown. */
export interface FacetCountTable {
  scope: string
  field: string
  value: string
  count: number
}
/** Days are counted from 1970; `release` is '' where unknown. */
export interface SessionCountTable {
  project_id: number
  day: number
  release: string
  started: number
  errored: number
  crashed: number
}
export interface RejectionTable {
  /** 0: no project. */
  project_id: number
  reason: string
  count: number
  last_at: number
}
export interface RejectionSampleTable {
  n: Generated<number>
  project_id: number
  reason: string
  at: number
  dialect: string
  headers: string
  field_names: string
  detail: string | null
  address: string | null
}
/** What a source of symbols answered for a module; see symbol-answers.ts. */
export interface SymbolAnswerTable {
  source: string
  debug_file: string
  debug_id: string
  outcome: string
  detail: string | null
  /** Address that was asked last. */
  place: string | null
  /** Of the symbol file, where there was one. */
  sha256: string | null
  size: Generated<number>
  asked_at: number
  /** When it may be asked again; null: never, since it has answered. */
  expires_at: number | null
  used_at: number
}
/** A module that sources have to be asked for, on behalf of all reports of a project that lack it. */
export interface SymbolWantTable {
  project_id: number
  debug_file: string
  debug_id: string
  code_file: string | null
  code_id: string | null
  wanted_at: number
  due_at: number
  attempt: Generated<number>
  leased_until: number | null
}
