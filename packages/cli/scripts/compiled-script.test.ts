import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asCompiledScript } from './compiled-script.ts'
import { lookUpNodeModules } from './node-modules.ts'

test('imports of Node’s modules become look-ups, others stay, and strings that look like imports, too', () => {
  const code = 'import{t as e}from"./b.js";import{readFileSync as r,statSync}from"node:fs";var s=\'import{x}from"node:os"\';'
  expect(lookUpNodeModules(code)).toBe(
    'import{t as e}from"./b.js";const{readFileSync:r,statSync:statSync}=process.getBuiltinModule("node:fs");var s=\'import{x}from"node:os"\';',
  )
  const others = 'import*as p from"node:path";import d from"d";import"./e.js";f()'
  expect(lookUpNodeModules(others)).toBe(others)
})

test('a file of the bundle runs as a script with the same exports, compiled or not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crashkeep-script-'))
  try {
    const code =
      'import{one as n}from"./one.js";function t(){return(function(){return this})()===void 0?n+1:0}var l=()=>import("./late.js");export{t as $,l as late};'
    const { scriptName, script, module } = asCompiledScript('a.js', code)
    const files = {
      [scriptName]: script,
      'one.js': 'export const one=1',
      'late.js': 'export default "late"',
      'package.json': '{"type":"module"}',
    }
    for (const [name, text] of Object.entries({ ...files, 'a.js': module })) writeFileSync(join(folder, name), text)
    const program = [
      'import { writeFileSync } from "node:fs"',
      'const { $, late, compiledScript, compiledPath } = await import("./a.js")',
      'console.log(JSON.stringify([$(), (await late()).default, compiledScript.cachedDataRejected ?? null]))',
      'if (process.argv[2] === "write") writeFileSync(compiledPath, compiledScript.createCachedData())',
      'if (process.argv[2] === "spoil") writeFileSync(compiledPath, "rubbish")',
    ]
    writeFileSync(join(folder, 'program.mjs'), program.join('\n'))
    const run = (what: string) => spawnSync(process.execPath, [join(folder, 'program.mjs'), what], { encoding: 'utf8' })
    const answer = (rejected: boolean | null) => ({ stderr: '', stdout: `${JSON.stringify([2, 'late', rejected])}\n` })
    expect(run('write')).toMatchObject(answer(null))
    expect(run('spoil')).toMatchObject(answer(false))
    expect(run('')).toMatchObject(answer(true))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('what the bundler does not write so far ends the build', () => {
  for (const code of ['var a=1;', 'import*as n from"./n.js";export{n};', 'var a=import.meta.url;export{a};'])
    expect(() => asCompiledScript('a.js', code), code).toThrow('a.js is not of the form')
})
