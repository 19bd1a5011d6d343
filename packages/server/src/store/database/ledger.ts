/** The authoritative half of the data: what nobody could compute again. Kept in `ledger.db` or in PostgreSQL; backed up. */
import type { ProjectSettings, ProjectUpdate } from '../../api/project-settings.ts'
import type { GroupState, Scope } from '../../api/schema.ts'

export interface Ledger {
  /** With a first key. Throws `slug_taken`. */
  createProject(project: { readonly slug: string; readonly name: string }): Promise<LedgerProject>
  projects(): Promise<LedgerProject[]>
  projectBySlug(slug: string): Promise<LedgerProject | undefined>
  projectById(id: number): Promise<LedgerProject | undefined>
  /** Which project a write-only key belongs to; undefined for unknown and revoked keys. Called for every upload: cached. */
  projectByKey(key: string): Promise<LedgerProject | undefined>
  /** Name and settings; what the update leaves out stays. undefined: no such project. */
  updateProject(projectId: number, update: ProjectUpdate): Promise<LedgerProject | undefined>
  addKey(projectId: number, label: string): Promise<ProjectKey>
  revokeKey(projectId: number, key: string): Promise<boolean>

  createToken(token: NewToken): Promise<{ readonly token: LedgerToken; readonly secret: string }>
  /** The token that a secret opens; undefined when unknown, expired or revoked. Secrets are kept hashed. */
  tokenBySecret(secret: string): Promise<LedgerToken | undefined>
  tokens(): Promise<LedgerToken[]>
  revokeToken(id: string): Promise<boolean>

  /** A session's secret is the cookie; kept hashed, rotated, revocable. */
  createSession(tokenId: string, lifetimeMs: number): Promise<{ readonly secret: string; readonly expiresAt: number }>
  tokenBySession(secret: string): Promise<LedgerToken | undefined>
  revokeSession(secret: string): Promise<void>

  /** Runs what looks at groups and then moves reports between them: no other such work on this project runs meanwhile, in any process. */
  oneAtATime<T>(projectId: number, work: () => Promise<T>): Promise<T>
  /** The permanent group of a fingerprint, made when it is new. */
  groupOf(fingerprint: Fingerprint): Promise<LedgerGroup>
  /**
   * Re-signing: when every report of `from` is now signed with `to` and `to` belongs to no group yet, the group keeps its id, its state
   * and its links, and only gains the fingerprint. A group that came with reports which arrived meanwhile, already with the new fingerprint, and
   * that nobody has decided on, gives it up: `tookFrom` names it, and its reports have to be signed once more. Returns the group of `to`.
   */
  moveFingerprint(from: Fingerprint, to: Fingerprint, wholeGroup: boolean): Promise<LedgerGroup & { readonly tookFrom?: string }>
  group(id: string): Promise<LedgerGroup | undefined>
  /** All groups whose state is another one. */
  groups(query: { readonly except: GroupState }): Promise<LedgerGroup[]>
  fingerprints(groupId: string): Promise<Fingerprint[]>
  /** Callers use `store.setGroupState`, which tells the index as well. */
  setGroupState(id: string, state: GroupState): Promise<boolean>

  /** Erasure: written before anything is removed; settle, reindex and retries honour it. Callers use `store.erase`. */
  addTombstone(reportId: string): Promise<void>
  isErased(reportId: string): Promise<boolean>

  audit(entry: { readonly actor: string; readonly action: string; readonly target: string }): Promise<void>
  /** The newest entries first. */
  audits(limit: number): Promise<{ at: number; actor: string; action: string; target: string }[]>
}

export interface LedgerProject {
  readonly id: number
  readonly slug: string
  readonly name: string
  /** Unix milliseconds, as all times in the ledger. */
  readonly createdAt: number
  readonly keys: readonly ProjectKey[]
  readonly settings: ProjectSettings
  /** Key of the hashes that stand for values which the project does not keep. */
  readonly hashKey: string
}
export interface ProjectKey {
  /** 32 lower-case hexadecimal digits. Public by nature: it can add reports and nothing else. */
  readonly key: string
  readonly label: string
  readonly createdAt: number
  readonly revokedAt: number | undefined
}
export interface NewToken {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Project ids; undefined: every project. */
  readonly projects: readonly number[] | undefined
  readonly expiresAt: number | undefined
  /** Given for the administrator's token of the first start; made otherwise. */
  readonly secret?: string
}
export interface LedgerToken {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly projects: readonly number[] | undefined
  readonly createdAt: number
  readonly expiresAt: number | undefined
  readonly lastUsedAt: number | undefined
  readonly revokedAt: number | undefined
}
export interface Fingerprint {
  readonly projectId: number
  readonly rulesVersion: number
  readonly signature: string
}
export interface LedgerGroup {
  readonly id: string
  readonly projectId: number
  readonly state: GroupState
  readonly createdAt: number
}
