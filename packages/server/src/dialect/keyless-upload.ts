/** A multipart upload to an address without a key. */
import type { FastifyRequest } from 'fastify'
import type { ServerError } from '../errors.ts'
import type { Intake, Outcome } from '../intake/intake.ts'
import { asServerError, countRefusal } from './exchange.ts'
import { type FormDialect, takeForm } from './form-upload.ts'
import { type KeylessOptions, keylessProject } from './keyless.ts'

/** The outcome, or the refusal, already counted. */
export async function takeKeyless(
  request: FastifyRequest,
  context: { readonly intake: Intake; readonly keyless: KeylessOptions | undefined },
  dialect: FormDialect,
): Promise<Outcome | ServerError> {
  const { intake } = context
  let projectId: number | undefined
  try {
    const project = await keylessProject(request, context)
    projectId = project.id
    return await takeForm(request, intake, project, dialect)
  } catch (cause) {
    const error = asServerError(cause, request)
    countRefusal(request, intake, { dialect: dialect.name, projectId, error })
    return error
  }
}
