/** programs/single-executable.cjs as single executables of Node 22 and 24, made once into the cache of the checkout: putting 120 MB together takes seconds. */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installOnce, peersFolder } from '../harness/install-once.ts'
import { nodes } from '../harness/peer-nodes.ts'
import { run } from '../harness/programs.ts'
import { root } from '../harness/server.ts'

const folder = peersFolder('single-executables')
const main = join(root, 'test/reporter/programs/single-executable.cjs')
const makeTimeoutMs = 120_000
/** Node's documentation names it: the place in its program that says whether something is inside. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'
const postject = { version: '1.0.0-alpha.6', program: join(folder, 'node_modules/postject/dist/cli.js') }

/** Node 20 makes them, too, but cannot require a module of ECMAScript from inside one in all its versions. */
const makers = nodes.filter(({ name }) => name === 'Node 22' || name === 'Node 24')

export const executables: readonly { readonly name: string; readonly path: string }[] = makers.map(({ name, path }) => ({
  name,
  path: join(folder, `${name.replace(' ', '-')}-${createHash('sha256').update(readFileSync(main)).update(path).digest('hex').slice(0, 8)}`),
}))

export async function makeExecutables(): Promise<void> {
  for (const [i, { path }] of executables.entries()) {
    const node = makers[i]?.path
    if (node === undefined || existsSync(path)) continue
    await installPostject()
    const configuration = `${path}.json`
    writeFileSync(configuration, JSON.stringify({ main, output: `${path}.blob`, disableExperimentalSEAWarning: true }))
    await run(node, ['--experimental-sea-config', configuration], { timeout: makeTimeoutMs })
    copyFileSync(node, `${path}.draft`)
    const args = [postject.program, `${path}.draft`, 'NODE_SEA_BLOB', `${path}.blob`, '--sentinel-fuse', fuse]
    await run(process.execPath, args, { timeout: makeTimeoutMs })
    renameSync(`${path}.draft`, path)
  }
}

async function installPostject(): Promise<void> {
  if (existsSync(postject.program)) return
  await installOnce('single-executables', { postject: postject.version })
  // Beside the executable, as a program is installed.
  mkdirSync(join(folder, 'node_modules/@crashkeep'), { recursive: true })
  symlinkSync(join(root, 'packages/reporter'), join(folder, 'node_modules/@crashkeep/reporter'))
}
