import { createHash } from 'node:crypto'
import { namesIn } from './node-modules.ts'

/** What becomes of a file of the bundle: a script, and the small module in its place that runs it. */
export interface CompiledScript {
  readonly scriptName: string
  readonly script: string
  readonly module: string
}

/** The export by which the module gives its `vm.Script`, for who writes the compiled form down. */
export const scriptExport = 'compiledScript'
const importer = 'importModule'

const ownImport = /^import\s*\{([^}]*)\}\s*from\s*"(\.[^"]+)";?\s*/
const dynamicImport = /\bimport\((?=["'`])/g
const exportsAtEnd = /export\s*\{([^}]*)\};?\s*$/

/**
 * V8 can be handed the compiled form of a script that ran before, with all functions that were used: nothing is parsed then. It takes that for
 * scripts only, not for modules. The compiled form lies beside the script, under a name that tells its text and the Node that made it; where there
 * is none that fits, the script is compiled as ever.
 */
export function asCompiledScript(fileName: string, code: string): CompiledScript {
  const imports: { names: [string, string][]; text: string }[] = []
  // A script that imports by itself makes Node print a warning.
  let body = code.replace(dynamicImport, `${importer}(`)
  for (let match = ownImport.exec(body); match !== null; match = ownImport.exec(body)) {
    imports.push({ names: namesIn(match[1]), text: match[0] })
    body = body.slice(match[0].length)
  }
  const exported = exportsAtEnd.exec(body)
  if (exported === null || /^import\b/.test(body) || /\bimport\s*[.(]/.test(body))
    throw new Error(`${fileName} is not of the form that the bundler wrote so far; see scripts/compiled-script.ts.`)
  const names = namesIn(exported[1])
  const imported = [importer, ...imports.flatMap((one) => one.names.map(([, local]) => local))]
  const script = `(function(${imported}){"use strict";${body.slice(0, exported.index)}\nreturn{${names.map(([local, name]) => `${name}:${local}`)}}})`
  const hash = createHash('sha256').update(script).digest('hex').slice(0, 16)
  const scriptName = fileName.replace(/\.js$/, '.script')
  return { scriptName, script, module: moduleOf(scriptName, hash, imports.map(({ text }) => text).join(''), imported, names) }
}

function moduleOf(scriptName: string, hash: string, imports: string, imported: readonly string[], names: [string, string][]): string {
  const path = 'import.meta.dirname+"/'
  return [
    `${imports}const{readFileSync:readText}=process.getBuiltinModule("node:fs"),{Script}=process.getBuiltinModule("node:vm");let cachedData;`,
    `export const compiledPath=${path}${scriptName}.${hash}."+process.version+"-"+process.arch;`,
    'try{cachedData=readText(compiledPath)}catch{}',
    `export const ${scriptExport}=new Script(readText(${path}${scriptName}","utf8"),{filename:${path}${scriptName}",cachedData});`,
    `const ${importer}=(name)=>import(name);`,
    `const{${names.map(([, name]) => `${name}:${name}$`)}}=${scriptExport}.runInThisContext()(${imported});`,
    `export{${names.map(([, name]) => `${name}$ as ${name}`)}};`,
  ].join('\n')
}
