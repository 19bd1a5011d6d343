/** The way of one exchange in another service's protocol: whose it is, what is done with it, and how that service says no. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ServerError } from '../errors.ts'
import type { Outcome } from '../intake/intake.ts'
import type { Upload } from '../intake/multipart.ts'
import type { LedgerProject } from '../store/database/ledger.ts'
import type { DialectContext } from './dialect-context.ts'
import { asServerError, countRefusal, letGo, senderOf } from './exchange.ts'
import type { Submission } from './submission.ts'

export interface Service {
  readonly name: string
  /** Answers a refusal as the service does; it was counted already. */
  refuse(reply: FastifyReply, error: ServerError): Promise<void>
}

export interface Served {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly context: DialectContext
  readonly service: Service
}

export async function serveProject(
  served: Served,
  findProject: () => Promise<LedgerProject>,
  work: (project: LedgerProject) => Promise<void>,
): Promise<void> {
  const { request, reply, context, service } = served
  let projectId: number | undefined
  try {
    const project = await findProject()
    projectId = project.id
    context.intake.checkOrigin(project, request.raw.headers.origin)
    await work(project)
  } catch (cause) {
    const error = asServerError(cause, request)
    countRefusal(request, context.intake, { dialect: service.name, projectId, error })
    if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter)
    await service.refuse(reply, error)
    letGo(request, context.intake.limits.lingerMs)
  }
}

export type Kept = Pick<Submission, 'kind' | 'fields'> &
  Partial<Pick<Submission, 'files' | 'aliases' | 'crashedAt' | 'clientReportId' | 'problems'>>

/** Makes a report of an upload: durable afterwards, or discarded. */
export async function keepUpload(
  { request, context, service }: Served,
  project: LedgerProject,
  { id, upload }: { readonly id: string; readonly upload: Upload },
  kept: Kept,
): Promise<Outcome> {
  try {
    const outcome = await context.intake.accept(project, id, {
      dialect: service.name,
      files: upload.files,
      receivedAt: context.intake.now(),
      aliases: [],
      sender: senderOf(request),
      problems: upload.problems,
      ...kept,
    })
    if (outcome.kind === 'kept') upload.release()
    else await upload.discard()
    return outcome
  } catch (error) {
    await upload.discard()
    throw error
  }
}
