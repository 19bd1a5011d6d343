import { scriptPath } from '@crashkeep/symbols/source-map'
import { scriptIdPrefix } from '../store/database/module-identity.ts'
import type { AskedScript } from '../store/source-map-store.ts'
import type { ModuleAsked } from './messages.ts'

/** A script as a module: its path is the file, its release stands in the place of the debug id. undefined: the address names no script. */
export function scriptModule(url: string, release: string | undefined, debugId: string | undefined): ModuleAsked | undefined {
  const path = scriptPath(url)
  if (path === undefined) return undefined
  const module = { debugFile: path, debugId: `${scriptIdPrefix}${release ?? ''}`, codeFile: url }
  return debugId === undefined ? module : { ...module, codeId: debugId }
}

export function askedScript({ debugFile, debugId, codeId }: ModuleAsked): AskedScript {
  const release = debugId.startsWith(scriptIdPrefix) ? debugId.slice(scriptIdPrefix.length) : ''
  return { path: debugFile, release: release === '' ? undefined : release, debugId: codeId }
}
