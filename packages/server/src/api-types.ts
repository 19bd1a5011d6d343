/** The types of the API, for pages and other programs; no code. */

export type * from './api/project-settings.ts'
export type * from './api/schema.ts'
