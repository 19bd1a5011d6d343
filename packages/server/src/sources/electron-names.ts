/**
 * Who ships an Electron program gives it a name of his own: `electron` becomes `my-app`, `Electron Helper (Renderer)` becomes
 * `My App Helper (Renderer)`. Electron's servers know the ids, under Electron's own names.
 */
import { leafName } from '@crashkeep/symbols'
import type { NamedModule } from './layouts.ts'

/** The module as Electron calls it; undefined for what is neither program, helper nor framework. */
export function electronNamed(module: NamedModule): NamedModule | undefined {
  const debugFile = leafName(module.debugFile)
  const codeFile = leafName(module.codeFile) ?? debugFile
  if (debugFile === undefined || codeFile === undefined) return undefined
  const name = electronName(debugFile)
  if (name === undefined || name === debugFile || isLibrary(codeFile)) return undefined
  return { ...module, debugFile: name, codeFile: name.replace(/\.pdb$/, '') }
}

function electronName(debugFile: string): string | undefined {
  const apple = / (Framework|Helper(?: \([^()]{1,40}\))?)$/.exec(debugFile)
  if (apple !== null) return `Electron ${apple[1]}`
  if (/\.exe\.pdb$/i.test(debugFile)) return 'electron.exe.pdb'
  return /\.pdb$/i.test(debugFile) ? undefined : 'electron'
}

function isLibrary(codeFile: string): boolean {
  return /\.(so|dll|dylib|node|drv|ocx)$|\.so\.|^linux-(gate|vdso)/i.test(codeFile)
}
