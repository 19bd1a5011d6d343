/**
 * Walks generated crashes with rust-minidump's `minidump-stackwalk` and with ours and tells every difference: `node fuzz/against-peer.ts [--crashes N]
 * [--seed N] [--cpu NAME] [--odd] [--keep FOLDER]`, the last for the files of the first difference; with `--odd` rare parts and values as well,
 * with `--reasons` every code of every system instead. Without that program on the PATH it says so and does nothing.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { bytesSource, readMinidump } from '../packages/minidump/dist/index.js'
import { icedDecoder } from '../packages/stackwalk/dist/iced/index.js'
import { formatJson, parseExtraJson, processMinidump } from '../packages/stackwalk/dist/index.js'
import { folderSymbols } from '../packages/symbols/dist/node/index.js'
import { differencesFromPeer } from './peer/compare.ts'
import { type GeneratedCrash, generateCrash } from './peer/generate-crash.ts'
import { generateReasons } from './peer/generate-reasons.ts'

const peer = 'minidump-stackwalk'
const maxOutputBytes = 256 * 1024 * 1024
const maxShownCrashes = 10
/** It has no limit to the frames of a stack: rules that lead in a circle take all memory there is. */
const maxPeerKilobytes = 2 * 1024 * 1024
const maxPeerMs = 30_000

const { values } = parseArgs({
  options: {
    crashes: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    cpu: { type: 'string' },
    keep: { type: 'string' },
    odd: { type: 'boolean', default: false },
    reasons: { type: 'boolean', default: false },
  },
})

if (spawnSync(peer, ['--version']).status === 0) compareAll()
else console.log(`${peer} is not on the PATH (cargo install minidump-stackwalk): nothing was compared`)

function compareAll(): void {
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'crashkeep-peer-'))
  let differing = 0
  let frames = 0
  let failed = 0
  let count = 0
  for (const crash of values.reasons ? generateReasons(Number(values.seed)) : generateCrashes()) {
    count++
    const compared = compare(crash, folder)
    frames += compared.frames
    if (compared.peerFailed) failed++
    if (compared.differences.length === 0) continue
    if (++differing <= maxShownCrashes) console.log(`${crash.title}\n  ${compared.differences.slice(0, 6).join('\n  ')}`)
    process.exitCode = 1
    if (values.keep !== undefined) break
  }
  if (values.keep === undefined) rmSync(folder, { recursive: true })
  console.log(`${count} crashes, ${frames} frames, ${differing} crashes differ; of ${failed} the peer said nothing`)
}

function* generateCrashes(): Generator<GeneratedCrash> {
  for (let i = 0; i < Number(values.crashes); i++) yield generateCrash(Number(values.seed) + i, values.cpu, values.odd)
}

function compare({ dump, symbols, extra }: GeneratedCrash, folder: string): { differences: string[]; frames: number; peerFailed: boolean } {
  const [dumpPath, symbolFolder] = [join(folder, 'crash.dmp'), join(folder, 'symbols')]
  rmSync(symbolFolder, { recursive: true, force: true })
  mkdirSync(symbolFolder, { recursive: true })
  writeFileSync(dumpPath, dump)
  for (const [path, text] of symbols) {
    mkdirSync(dirname(join(symbolFolder, path)), { recursive: true })
    writeFileSync(join(symbolFolder, path), text)
  }
  const extraPath = join(folder, 'extra.json')
  if (extra !== undefined) writeFileSync(extraPath, extra)
  const evil = extra === undefined ? [] : ['--evil-json', extraPath]
  const limited = ['-c', `ulimit -v ${maxPeerKilobytes}; exec "$0" "$@"`, peer, '--json', ...evil, dumpPath, symbolFolder]
  const { stdout, status } = spawnSync('sh', limited, { encoding: 'utf8', maxBuffer: maxOutputBytes, timeout: maxPeerMs })
  if (status !== 0) return { differences: [], frames: 0, peerFailed: true }
  const theirs: unknown = JSON.parse(stdout)
  const supplier = folderSymbols([symbolFolder], { indexes: 'nowhere' })
  const crash = processMinidump(readMinidump(bytesSource(dump)), {
    symbols: supplier,
    decoder: icedDecoder,
    sender: extra === undefined ? undefined : parseExtraJson(extra),
  })
  supplier.close()
  const frames = crash.threads.reduce((sum, thread) => sum + thread.frames.length, 0)
  return { differences: differencesFromPeer(theirs, JSON.parse(formatJson(crash)), crash.system_info.cpu_arch), frames, peerFailed: false }
}
