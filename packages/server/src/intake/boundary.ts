import { ServerError } from '../errors.ts'

/**
 * The boundary of a multipart content type: any order of parameters, quoted or not. `multipart/mixed` is what some Breakpad senders write
 * for the same body. Crashpad's boundaries begin and end with dashes, which belong to them.
 */
export function boundaryOf(contentType: string, maxLength: number): string {
  for (const [, name, quoted, plain] of contentType.matchAll(/;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g)) {
    if (name?.toLowerCase() !== 'boundary') continue
    const boundary = quoted === undefined ? (plain ?? '').trim() : quoted.replaceAll(/\\(.)/g, '$1')
    if (boundary.length > 0 && boundary.length <= maxLength) return boundary
  }
  throw new ServerError('no_boundary')
}

export function isMultipart(contentType: string | undefined): boolean {
  return contentType !== undefined && /^\s*multipart\/(form-data|mixed)\s*(;|$)/i.test(contentType)
}

export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}
