import { maxModuleText } from '../limits.ts'
import { storable } from './text.ts'

/**
 * Names of a module as both databases key them. Tools differ in the case of the hexadecimal digits of an id, so it is kept in capitals;
 * undefined for a module without a name or an id, for which nobody could have symbols.
 */
export function moduleIdentity(module: {
  readonly debugFile: string
  readonly debugId: string
}): { readonly debug_file: string; readonly debug_id: string } | undefined {
  const debugFile = storable(module.debugFile, maxModuleText)
  const debugId = storable(module.debugId, maxModuleText)?.toUpperCase()
  if (debugFile === undefined || debugId === undefined || /^0*$/.test(debugId)) return undefined
  return { debug_file: debugFile, debug_id: debugId }
}

/** Before the release, which stands in the place of a script's id. */
export const scriptIdPrefix = 'release:'

/**
 * Scripts are modules, too: their path is the file, and the release stands in the place of the id, as all ids in capitals. The release `''` is
 * that of reports which name none.
 */
export function scriptReleaseId(release: string): string {
  return `${scriptIdPrefix}${release}`.toUpperCase()
}
