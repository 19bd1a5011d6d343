import { Type } from 'typebox'
import { ApiError } from './schema.ts'

/** Rows of one answer: enough for a screen, few enough to be serialised in a moment. */
export const limitParameter = Type.Integer({ minimum: 1, maximum: 200, default: 50 })
export const projectParameter = Type.String({ minLength: 1, maxLength: 63, description: 'Slug' })
export const cursorParameter = Type.Optional(Type.String({ maxLength: 1000, description: '`next` of the page before' }))
export const queryParameter = Type.Optional(Type.String({ maxLength: 1000, description: 'See docs/reference/search.md' }))

export const listParameters = {
  project: Type.Optional(projectParameter),
  query: queryParameter,
  cursor: cursorParameter,
}

/** What every route with a token may answer instead. */
export const refusals = { 400: ApiError, 401: ApiError, 403: ApiError, 404: ApiError } as const
