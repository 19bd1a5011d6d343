/** `import{a as b}from"node:fs";`, as the bundler writes it at the start of a file, before anything else. */
const builtinImport = /^import\s*\{([^}]*)\}\s*from\s*"(node:[a-z_/]+)";?\s*/
const otherImport = /^import\s*(?:[\w$*\s,]|\{[^}]*\})*\s*(?:from\s*)?"[^"]*";?\s*/

/**
 * The code with its imports of Node's own modules as look-ups: an import of `node:fs` loads everything that it could export, promises and
 * streams with it, 3 of the 20 ms that Node takes to start.
 */
export function lookUpNodeModules(code: string): string {
  let rest = code
  let [imports, lookUps] = ['', '']
  for (;;) {
    const builtin = builtinImport.exec(rest)
    const match = builtin ?? otherImport.exec(rest)
    if (match === null) return imports + lookUps + rest
    rest = rest.slice(match[0].length)
    if (builtin === null) imports += match[0]
    else lookUps += `const{${namesIn(builtin[1]).map(([name, local]) => `${name}:${local}`)}}=process.getBuiltinModule("${builtin[2]}");`
  }
}

/** Of `a as b,c`: `[a, b]` and `[c, c]`. */
export function namesIn(list = ''): [name: string, as: string][] {
  return list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part): [string, string] => {
      const [name = '', as = name] = part.split(/\s+as\s+/)
      return [name, as]
    })
}
