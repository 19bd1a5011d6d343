import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, parse, resolve } from 'node:path'
import type { Companion } from '@crashkeep/symbols/dump'

/** Files that may be the other half of a Windows or Mac program: where their tools put them, seen from the one half. Which is right their ids tell. */
export function companionPaths(wanted: Companion, path: string): string[] {
  const folder = dirname(resolve(path))
  const found = new Set<string>()
  for (const candidate of candidates(wanted, resolve(path), folder)) {
    const real = existingFile(candidate)
    if (real !== undefined && real !== resolve(path)) found.add(real)
  }
  return [...found]
}

function candidates(wanted: Companion, path: string, folder: string): string[] {
  switch (wanted.kind) {
    case 'pdb':
      return [...sameName(folder, leaf(wanted.name)), ...sameName(folder, `${parse(path).name}.pdb`)]
    case 'pe':
      return ['.exe', '.dll', '.sys', '.node', '.ocx', '.drv'].flatMap((extension) => sameName(folder, parse(path).name + extension))
    case 'dsym':
      return bundles(path, wanted.name)
    case 'macho':
      return programsOf(path, wanted.name)
    default:
      return []
  }
}

/** The dSYM of `A.app/Contents/MacOS/A` lies beside `A` or beside `A.app`. */
function bundles(path: string, name: string): string[] {
  const found = dwarfFiles(`${path}.dSYM`, basename(path), name)
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    found.push(...dwarfFiles(`${join(folder, name)}.dSYM`, basename(path), name))
    if (/^\.(?:app|framework|bundle|appex|xpc|plugin|kext)$/.test(extname(folder)))
      found.push(...dwarfFiles(`${folder}.dSYM`, basename(path), name))
  }
  return found
}

function dwarfFiles(bundle: string, ...names: string[]): string[] {
  return names.map((name) => join(dwarfFolder(bundle), name))
}

/** Back from `A.app.dSYM/Contents/Resources/DWARF/A` to the program. */
function programsOf(path: string, name: string): string[] {
  const bundle = /^(.*)\.dSYM[/\\]Contents[/\\]Resources[/\\]DWARF[/\\][^/\\]+$/.exec(path)?.[1]
  if (bundle === undefined) return []
  const names = [basename(path), name]
  return [
    bundle,
    ...names.flatMap((one) => [join(bundle, 'Contents', 'MacOS', one), join(bundle, one), join(bundle, 'Versions', 'Current', one)]),
  ]
}

export function dwarfFolder(bundle: string): string {
  return join(bundle, 'Contents', 'Resources', 'DWARF')
}

/** Files of this name in a folder, whichever letters are capitals: on Windows they are the same. */
function sameName(folder: string, name: string): string[] {
  if (existsSync(join(folder, name))) return [join(folder, name)]
  try {
    return readdirSync(folder)
      .filter((other) => other.toLowerCase() === name.toLowerCase())
      .map((other) => join(folder, other))
  } catch {
    // A folder that may be passed but not listed.
    return []
  }
}

function existingFile(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? resolve(path) : undefined
}

function leaf(name: string): string {
  return name.split(/[\\/]/).at(-1) ?? name
}
