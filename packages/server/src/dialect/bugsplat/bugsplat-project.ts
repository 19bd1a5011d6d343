/**
 * BugSplat's "database" says whose a crash is; here it is the project's key. It stands in our own address (`/i/KEY/post/js/`), in the query, in
 * the host's name (`KEY.crashes.example`, as its clients make it), or in the form itself.
 */
import type { FastifyRequest } from 'fastify'
import type { LedgerProject } from '../../store/database/ledger.ts'
import { keyOf, queryOf } from '../exchange.ts'
import { type ReadUpload, readForm } from '../form-upload.ts'
import { keylessProject } from '../keyless.ts'
import type { Served } from '../service.ts'

const keyPattern = /^[0-9a-f]{32}$/i

/** undefined: only the form can tell. */
export function databaseOf(request: FastifyRequest): string | undefined {
  const [label = ''] = (request.raw.headers.host ?? '').split('.', 1)
  return (
    [keyOf(request), queryOf(request).get('database') ?? '', label].find((name) => keyPattern.test(name)) ?? (keyOf(request) || undefined)
  )
}

export async function bugSplatProject({ request, context }: Served, database: string | undefined): Promise<LedgerProject> {
  // What is no key is a name, and names are for programs of this machine.
  if (database === undefined || (keyOf(request) === '' && !keyPattern.test(database))) return keylessProject(request, context)
  return context.intake.projectByKey(database.toLowerCase())
}

/** Project and form together, in whichever order they can be known. */
export function formOfProject(served: Served): {
  findProject(): Promise<LedgerProject>
  read(project: LedgerProject): Promise<ReadUpload>
} {
  const { request, context } = served
  const { intake } = context
  let early: ReadUpload | undefined
  return {
    async findProject() {
      const database = databaseOf(request)
      if (database !== undefined) return bugSplatProject(served, database)
      early = await readForm(request, intake, undefined)
      try {
        return await bugSplatProject(served, early.upload.fields.get('database'))
      } catch (error) {
        await early.upload.discard()
        throw error
      }
    },
    read: async (project) => early ?? readForm(request, intake, project),
  }
}
