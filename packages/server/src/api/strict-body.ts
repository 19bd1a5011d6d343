import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'

/**
 * Takes a body as it is or refuses it. Fastify's own validator would leave out unknown members and make 0 of null, and a setting would
 * silently be another one than was asked for.
 */
export const strictBody: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart !== 'body') return (value: unknown) => ({ value: Value.Convert(schema, value) })
  return (value: unknown) => {
    if (Value.Check(schema, value)) return { value }
    const [first] = Value.Errors(schema, value)
    return { error: new Error(`${first?.instancePath ?? ''} ${first?.message ?? 'does not have the documented form'}`.trim()) }
  }
}
