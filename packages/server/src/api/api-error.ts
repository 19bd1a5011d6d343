/** Every refusal of the API: stable code, status and the sentence that is used when the place has nothing better to say. */
const codes = {
  bad_request: [400, 'The request does not have the documented form.'],
  ambiguous_id: [409, 'Several reports begin with these digits; give more of them.'],
  no_token: [401, 'Send a token as "Authorization: Bearer TOKEN", or log in.'],
  bad_token: [401, 'This token is unknown, expired or revoked.'],
  bad_origin: [403, 'A change by cookie is accepted from the pages of this server only.'],
  missing_scope: [403, 'The token does not have the scope that this needs.'],
  whole_server_only: [403, 'This concerns the whole server; the token is limited to some projects.'],
  unknown_host: [421, 'This server does not answer to that host name; add it with --public-url or --allowed-host.'],
  not_found: [404, 'There is no such thing here, or the token may not see it.'],
  conflict: [409, 'This exists already.'],
  too_large: [413, 'The body is larger than this server takes.'],
  bad_encoding: [415, 'The body can be plain or gzip.'],
  bad_symbols: [422, 'The body holds neither symbols nor a debug file that they could be made of.'],
  no_functions: [422, 'The debug file tells nothing about the functions of its module.'],
  bad_archive: [422, 'The archive cannot be unpacked.'],
  symbol_quota: [413, 'The project holds as many symbols as it may; raise its quota or let unused ones be removed.'],
  too_many_attempts: [429, 'Too many failed logins; wait a minute.'],
  unavailable: [503, 'The store does not answer at the moment; try again.'],
  internal: [500, 'The server failed; its log says why.'],
} as const satisfies Record<string, readonly [number, string]>

export type ApiErrorCode = keyof typeof codes
export const apiErrorCodes: readonly string[] = Object.keys(codes)

export class ApiProblem extends Error {
  readonly code: ApiErrorCode
  readonly statusCode: number

  constructor(code: ApiErrorCode, message: string = codes[code][1], options?: ErrorOptions) {
    super(message, options)
    this.name = 'ApiProblem'
    this.code = code
    this.statusCode = codes[code][0]
  }
}
