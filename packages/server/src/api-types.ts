/** The types of the API, for pages and other programs; no code. */
export type * from './api/schema.ts'
