import type { Kysely, Selectable, Transaction } from 'kysely'
import { Value } from 'typebox/value'
import { GroupState } from '../../../api/schema.ts'
import { maxSignatureText } from '../../limits.ts'
import type { Fingerprint, Ledger, LedgerGroup } from '../ledger.ts'
import { inTransaction } from '../retry-transaction.ts'
import type { LedgerSchema, TriageGroupTable } from '../schema.ts'
import { storable } from '../text.ts'
import { hashOf, newId } from './secrets.ts'

type Groups = Pick<Ledger, 'groupOf' | 'moveFingerprint' | 'group' | 'groups' | 'fingerprints' | 'setGroupState'>

/** Groups and the fingerprints that lead to them. */
export function ledgerGroups(db: Kysely<LedgerSchema>, clock: () => number): Groups {
  return {
    async groupOf(fingerprint) {
      return (await groupWith(db, fingerprint)) ?? inTransaction(db, (trx) => groupOf(trx, fingerprint, clock()))
    },
    moveFingerprint: (from, to, wholeGroup) =>
      inTransaction(db, async (trx) => {
        const there = await groupWith(trx, to)
        const here = wholeGroup ? await groupWith(trx, from) : undefined
        if (here === undefined) return there ?? groupOf(trx, to, clock())
        if (there !== undefined) {
          if (!(await isNewcomer(trx, there, here))) return there
          await trx.updateTable('fingerprint').set({ group_id: here.id }).where('group_id', '=', there.id).execute()
          return { ...here, tookFrom: there.id }
        }
        await addFingerprint(trx, to, here.id)
        return (await groupWith(trx, to)) ?? here
      }),
    async group(id) {
      const row = await db.selectFrom('triage_group').selectAll().where('id', '=', id).executeTakeFirst()
      return row && ledgerGroup(row)
    },
    async groups({ except }) {
      return (await db.selectFrom('triage_group').selectAll().where('state', '!=', except).execute()).map(ledgerGroup)
    },
    async fingerprints(groupId) {
      const rows = await db
        .selectFrom('fingerprint')
        .selectAll()
        .where('group_id', '=', groupId)
        .orderBy('rules_version')
        .orderBy('signature')
        .execute()
      return rows.map((row) => ({ projectId: row.project_id, rulesVersion: row.rules_version, signature: row.signature }))
    },
    async setGroupState(id, state) {
      const { numUpdatedRows } = await db.updateTable('triage_group').set({ state }).where('id', '=', id).executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}

async function groupWith(db: Kysely<LedgerSchema>, fingerprint: Fingerprint): Promise<LedgerGroup | undefined> {
  const row = await db
    .selectFrom('fingerprint')
    .innerJoin('triage_group', 'triage_group.id', 'fingerprint.group_id')
    .selectAll('triage_group')
    .where('fingerprint.project_id', '=', fingerprint.projectId)
    .where('rules_version', '=', fingerprint.rulesVersion)
    .where('signature_hash', '=', hashOf(kept(fingerprint)))
    .executeTakeFirst()
  return row && ledgerGroup(row)
}

/** Made after the other one, never signed in another way, and as it came: no decision of anybody and no link that was known for long is lost with it. */
async function isNewcomer(trx: Transaction<LedgerSchema>, group: LedgerGroup, beside: LedgerGroup): Promise<boolean> {
  if (group.id === beside.id || group.state !== 'open' || group.createdAt <= beside.createdAt) return false
  const fingerprints = await trx.selectFrom('fingerprint').select('signature_hash').where('group_id', '=', group.id).limit(2).execute()
  return fingerprints.length === 1
}

/** Makes a group for a fingerprint that has none. Of two callers at once both get the group of the first. */
async function groupOf(trx: Transaction<LedgerSchema>, fingerprint: Fingerprint, now: number): Promise<LedgerGroup> {
  const row = { id: newId(), project_id: fingerprint.projectId, state: 'open', created_at: now }
  await trx.insertInto('triage_group').values(row).execute()
  if (await addFingerprint(trx, fingerprint, row.id)) return ledgerGroup(row)
  await trx.deleteFrom('triage_group').where('id', '=', row.id).execute()
  return (await groupWith(trx, fingerprint)) ?? ledgerGroup(row)
}

async function addFingerprint(trx: Transaction<LedgerSchema>, fingerprint: Fingerprint, groupId: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('fingerprint')
    .values({
      project_id: fingerprint.projectId,
      rules_version: fingerprint.rulesVersion,
      signature_hash: hashOf(kept(fingerprint)),
      signature: kept(fingerprint),
      group_id: groupId,
    })
    .onConflict((conflict) => conflict.columns(['project_id', 'rules_version', 'signature_hash']).doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

function kept({ signature }: Fingerprint): string {
  return storable(signature, maxSignatureText) ?? ''
}

function ledgerGroup(row: Selectable<TriageGroupTable>): LedgerGroup {
  return { id: row.id, projectId: row.project_id, state: Value.Parse(GroupState, row.state), createdAt: row.created_at }
}
