import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const fixtures = fileURLToPath(new URL('../../shared/fixtures', import.meta.url))
/** Larger ones make fewer mutants and show nothing more. */
const maxDumpBytes = 400_000
const maxSymbolBytes = 120_000

/** Real dumps to damage; none where the fixtures are not on this machine. */
export function realDumps(): Uint8Array[] {
  return filesBelow(join(fixtures, 'dumps'), '.dmp', maxDumpBytes)
}

export function realSymbols(): Uint8Array[] {
  return filesBelow(join(fixtures, 'symbols'), '.sym', maxSymbolBytes)
}

function filesBelow(folder: string, extension: string, maxBytes: number): Uint8Array[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).size <= maxBytes)
    .map((path) => new Uint8Array(readFileSync(path)))
}
