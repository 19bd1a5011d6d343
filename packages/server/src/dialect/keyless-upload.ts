/** A multipart upload to an address without a key. */
import type { FastifyRequest } from 'fastify'
import { ServerError } from '../errors.ts'
import type { Intake, Outcome } from '../intake/intake.ts'
import { asServerError, countRefusal } from './exchange.ts'
import { type FormDialect, takeForm } from './form-upload.ts'
import { type KeylessOptions, refuseUnlessLocal } from './keyless.ts'

/** The outcome, or the refusal, already counted. */
export async function takeKeyless(
  request: FastifyRequest,
  context: { readonly intake: Intake; readonly keyless: KeylessOptions | undefined },
  dialect: FormDialect,
): Promise<Outcome | ServerError> {
  const { intake, keyless } = context
  let projectId: number | undefined
  try {
    if (keyless === undefined) throw new ServerError('not_local')
    refuseUnlessLocal(request, keyless)
    const project = await intake.projectBySlug(keyless.project)
    projectId = project.id
    return await takeForm(request, intake, project, dialect)
  } catch (cause) {
    const error = asServerError(cause, request)
    countRefusal(request, intake, { dialect: dialect.name, projectId, error })
    return error
  }
}
