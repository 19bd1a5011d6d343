import type { FastifyRequest } from 'fastify'

/** The address at which the asker reaches a project with a key. */
export type IngestUrl = (request: FastifyRequest, key: string) => string

/** `publicUrl` is what the operator says; without it, what the asker's own request says: its host was checked. */
export function ingestUrls(publicUrl: string | undefined): IngestUrl {
  const base = publicUrl?.replace(/\/+$/, '')
  return (request, key) => `${base ?? `${request.protocol}://${request.host}`}/i/${key}`
}
