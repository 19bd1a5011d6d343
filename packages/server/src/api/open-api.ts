import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { serverVersion } from '../version.ts'

/** The document at /api/v1/openapi.json is made from the routes' schemas; the scope of each stands in its description. */
export const openApi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: { title: 'Crashkeep', version: serverVersion, description: 'Crash reports, groups, symbols and the rights to them.' },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'crashkeep_session' },
      },
    },
  },
  transform({ schema, url, route }) {
    const scope = route.config?.scope
    if (scope === 'public') return { schema: { ...schema, security: [] }, url }
    const description = scope === 'any' ? 'Any token.' : `Scope: ${scope}.`
    return { schema: { ...schema, description, security: [{ token: [] }, { session: [] }] }, url }
  },
}
