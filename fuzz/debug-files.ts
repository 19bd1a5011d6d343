import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const fixtures = fileURLToPath(new URL('../../shared/fixtures/debug-files', import.meta.url))
/** Larger ones make fewer mutants and show nothing more. */
const maxBytes = 160_000

/** Real debug files of all systems to damage; none where the fixtures are not on this machine. */
export function realDebugFiles(): Uint8Array[] {
  if (!existsSync(fixtures)) return []
  return readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.endsWith('.sym') && !name.endsWith('.md') && !name.endsWith('.plist'))
    .sort()
    .map((name) => join(fixtures, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size <= maxBytes)
    .map((path) => new Uint8Array(readFileSync(path)))
}
