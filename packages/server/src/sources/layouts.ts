/** Where servers of symbols keep the files of a module. Names come from a dump: only their last part is used, and it is escaped. */
import { leafName, symbolPath } from '@crashkeep/symbols'

export type Layout = 'breakpad' | 'microsoft' | 'microsoft-two-tier' | 'debuginfod' | 'ssqp'

export interface NamedModule {
  readonly debugFile: string
  readonly debugId: string
  readonly codeFile?: string | undefined
  readonly codeId?: string | undefined
}

/** Paths below the server's address, each list in the order in which it is asked; one file of a list is enough. */
export interface Places {
  /** Ready symbol files. */
  readonly sym: readonly string[]
  /** Debug files: names and lines. */
  readonly debug: readonly string[]
  /** The program or library itself: how to unwind, and exported names. */
  readonly code: readonly string[]
}

/** Of SHA-1, which GNU's linker takes. */
const buildIdDigits = 40

const nothing: Places = { sym: [], debug: [], code: [] }

/** All empty: servers of this layout cannot have anything for such a module. */
export function placesOf(layout: Layout, module: NamedModule): Places {
  switch (layout) {
    case 'breakpad':
      return { ...nothing, sym: symbolPath(module).map(escapePath) }
    case 'microsoft':
      return windowsPlaces(module, '')
    case 'microsoft-two-tier':
      return windowsPlaces(module, 'two-tier')
    case 'debuginfod':
      return debuginfodPlaces(module)
    case 'ssqp':
      return ssqpPlaces(module)
  }
}

function windowsPlaces(module: NamedModule, tiers: 'two-tier' | ''): Places {
  const place = (file: string, id: string) => {
    const letters = file.slice(0, 2).toLowerCase()
    // `..` is no letters, but a way out.
    if (tiers === 'two-tier' && /^\.+$/.test(letters)) return []
    const folder = tiers === '' ? '' : `${letters}/`
    // The last letter of a compressed file's name is an underscore.
    return [file, `${file.slice(0, -1)}_`].map((name) => escapePath(`${folder}${file}/${id}/${name}`))
  }
  const { pdb, pe } = windowsFiles(module)
  return {
    ...nothing,
    // `symstore` prints the GUID in capitals and the age behind it in small digits.
    debug: pdb === undefined ? [] : place(pdb, module.debugId.slice(0, 32).toUpperCase() + module.debugId.slice(32).toLowerCase()),
    code: pe === undefined ? [] : place(pe.name, pe.id),
  }
}

function debuginfodPlaces(module: NamedModule): Places {
  const buildId = buildIdOf(module)
  if (buildId === undefined) return nothing
  return { ...nothing, debug: [`buildid/${buildId}/debuginfo`], code: [`buildid/${buildId}/executable`] }
}

function ssqpPlaces(module: NamedModule): Places {
  const { pdb, pe } = windowsFiles(module)
  const place = (file: string, id: string) => escapePath(`${file.toLowerCase()}/${id}/${file.toLowerCase()}`)
  if (pdb !== undefined || pe !== undefined)
    return {
      ...nothing,
      debug: pdb === undefined ? [] : [place(pdb, module.debugId.toLowerCase())],
      code: pe === undefined ? [] : [place(pe.name, pe.id)],
    }
  const codeFile = leafName(module.codeFile) ?? leafName(module.debugFile)
  // Build ids of linkers that make short ones are filled up.
  const elf = buildIdOf(module)?.padEnd(buildIdDigits, '0')
  const uuid = uuidOf(module)
  const [id, debug] =
    elf !== undefined
      ? [`elf-buildid-${elf}`, `_.debug/elf-buildid-sym-${elf}/_.debug`]
      : [`mach-uuid-${uuid}`, `_.dwarf/mach-uuid-sym-${uuid}/_.dwarf`]
  if (elf === undefined && uuid === undefined) return nothing
  return { ...nothing, debug: [debug], code: codeFile === undefined ? [] : [place(codeFile, id)] }
}

function windowsFiles({ debugFile, debugId, codeFile, codeId }: NamedModule): {
  pdb: string | undefined
  pe: { name: string; id: string } | undefined
} {
  const debugLeaf = leafName(debugFile)
  const pdb = debugLeaf !== undefined && /\.pdb$/i.test(debugLeaf) && /^[0-9a-f]{33,40}$/i.test(debugId) ? debugLeaf : undefined
  const codeLeaf = leafName(codeFile)
  // A time stamp of eight digits, and the size of the image without leading zeros, which servers want in small digits.
  const stamp = /^([0-9a-f]{8})([0-9a-f]{1,8})$/i.exec(codeId ?? '')
  const isPe = codeLeaf !== undefined && (pdb !== undefined || /\.(exe|dll|sys|ocx|drv|cpl|node)$/i.test(codeLeaf))
  const pe = isPe && stamp !== null ? { name: codeLeaf, id: `${stamp[1]?.toUpperCase()}${stamp[2]?.toLowerCase()}` } : undefined
  return { pdb, pe }
}

/** In small digits; undefined for a module that is no ELF: there the debug id is the start of the build id, its first three fields turned round. */
export function buildIdOf({ debugId, codeId = '' }: NamedModule): string | undefined {
  if (!/^[0-9a-f]{8,128}$/i.test(codeId) || codeId.length % 2 !== 0) return undefined
  const bytes = codeId.toUpperCase().padEnd(32, '0').match(/../g) ?? []
  const turned = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((from) => bytes[from]).join('')
  return debugId.toUpperCase() === `${turned}0` ? codeId.toLowerCase() : undefined
}

function uuidOf({ debugId, codeId }: NamedModule): string | undefined {
  const id = debugId.toUpperCase()
  return /^[0-9a-f]{32}$/i.test(codeId ?? '') && `${codeId?.toUpperCase()}0` === id ? codeId?.toLowerCase() : undefined
}

function escapePath(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/')
}
