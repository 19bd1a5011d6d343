import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { commandFile, crashkeep, launcherFile, temporaryFolder } from '../testing/command.ts'
import { writeDump } from '../testing/sample-crash.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const dump = writeDump(join(folder.path, 'app.dmp'))
const notDump = join(folder.path, 'notes.txt')
writeFileSync(notDump, 'Buy milk.')
const truncated = join(folder.path, 'half.dmp')
writeFileSync(truncated, 'MDMP')
const empty = join(folder.path, 'empty')
mkdirSync(empty)
const missing = join(folder.path, 'missing.dmp')
const nobody = 'http://127.0.0.1:2'

describe('bad input ends with status 1 and one sentence on standard error', () => {
  const cases: [string, string[], RegExp, string?][] = [
    ['a dump that does not exist', ['stackwalk', missing], /missing\.dmp does not exist\./],
    ['a folder for a dump', ['dump', folder.path], /is a folder/],
    ['a file that is no dump', ['stackwalk', notDump], /notes\.txt: .*MDMP/],
    ['the first bytes of a dump', ['dump', truncated], /half\.dmp: /],
    ['an output file in no folder', ['stackwalk', dump, '--output-file', join(missing, 'x')], /does not exist|is not yours/],
    ['text for a signature', ['signature'], /not JSON/, 'Buy milk.'],
    ['a file to send that does not exist', ['send', `${nobody}/i/k`, missing], /missing\.dmp could not be read/],
    ['a server that does not answer', ['send', `${nobody}/i/k`, dump], /did not answer/],
    ['an API that does not answer', ['project', 'list', '--server', nobody, '--token', 'x'], /did not answer.*crashkeep serve/],
    ['a folder without symbols', ['symbols', 'upload', empty, '--token', 'x'], /holds no \.sym file/],
    ['a database of another kind', ['serve', '--port', '0', '--data', join(folder.path, 'd'), '--database', 'mysql://x'], /postgres:/],
  ]
  for (const [what, args, sentence, input] of cases) {
    test(what, async () => {
      const ended = await crashkeep(args, input)
      expect(ended).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(sentence) })
      expect(ended.stderr).toMatch(/^crashkeep: [^\n]+\n$/)
    })
  }

  test('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    const ended = await crashkeep(['serve', '--port', port, '--data', join(folder.path, 'taken')])
    other.close()
    expect(ended).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/listens on .* already; .*--port/) })
    expect(ended.stderr).toMatch(/^crashkeep: [^\n]+\n$/)
  })
})

describe('wrong usage ends with status 2 and says what is wrong', () => {
  const cases: [string, string[], RegExp][] = [
    ['an unknown command', ['nonsense'], /unknown command 'nonsense'/],
    ['an unknown flag', ['stackwalk', '--frob', dump], /unknown option '--frob'/],
    ['no dump', ['stackwalk'], /missing required argument 'dump'/],
    ['two kinds of output', ['stackwalk', '--json', '--human', dump], /cannot be used with/],
    ['a field without a value', ['send', `${nobody}/i/k`, dump, '--field', 'prod'], /NAME=VALUE, not "prod"/],
    ['no address to send to', ['send', 'nowhere', dump], /"nowhere" is no address/],
    ['no address of a server', ['project', 'list', '--server', 'nowhere', '--token', 'x'], /not "nowhere"/],
    ['a port that is no number', ['serve', '--port', 'http'], /whole number/],
    ['a port that does not exist', ['serve', '--port', '65536'], /65535/],
    ['half a certificate', ['serve', '--tls-cert', 'a.pem'], /both --tls-cert and --tls-key/],
    ['a scope that does not exist', ['token', 'create', 'ci', '--scope', 'all', '--token', 'x'], /Allowed choices/],
    ['a date that is none', ['token', 'create', 'ci', '--scope', 'read', '--expires', 'soon', '--token', 'x'], /not "soon"/],
    ['no token anywhere', ['token', 'list', '--data', empty], /give --token/],
    ['symbols that do not exist', ['symbols', 'upload', missing, '--token', 'x'], /does not exist/],
  ]
  for (const [what, args, sentence] of cases) {
    test(what, async () => {
      expect(await crashkeep(args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(sentence) })
    })
  }
})

describe('the command', () => {
  test('prints help and version on standard output with status 0', async () => {
    const manifest = JSON.parse(readFileSync(join(commandFile, '../../package.json'), 'utf8'))
    expect(await crashkeep(['--version'])).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: '' })
    const help = await crashkeep(['serve', '--help'])
    expect(help).toMatchObject({ status: 0, stderr: '' })
    expect(help.stdout).toContain('--keyless-project')
  })

  test('ends in peace when nobody reads its output any more', async () => {
    const child = spawn(process.execPath, [commandFile, 'stackwalk', '--json', dump], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.stdout.destroy()
    await once(child, 'close')
    expect([child.exitCode, stderr]).toEqual([0, ''])
  })

  test('is run by its launcher', async () => {
    const child = spawn(process.execPath, [launcherFile, 'stackwalk', missing], { stdio: 'ignore' })
    await once(child, 'exit')
    expect(child.exitCode).toBe(1)
  })
})
