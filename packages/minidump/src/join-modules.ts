import { type LinuxMapping, parseLinuxMaps } from './streams/linux-maps.ts'
import type { Module, ModulePiece } from './streams/module-list.ts'
import type { SystemInfo } from './streams/system-info.ts'

/**
 * How far apart two pieces of one file may lie when /proc/PID/maps is not there to tell. Linkers align segments to at most 2 MiB
 * on amd64; 16 MiB leaves room for what is aligned more coarsely and for holes of unmapped read-only data.
 */
const maxPieceGapBytes = 16n * 1024n * 1024n

/** One piece has about five mappings; a file may have no more pieces than segments. */
const maxMappingsPerPiece = 64
const maxPieces = 32

/**
 * Breakpad's and Mozilla's writers make a module of every run of mappings without a gap. An ELF file with holes between its segments
 * (node 20, rustc, anything of lld with large alignment) then appears as several modules of one build id, and every address in the
 * later ones is taken relative to a wrong base. They are joined here: same id, same file name or Breakpad's `path/soname`,
 * next to each other, and not a second copy, which would map the same executable part of the file, or its start, once more. (Offset 0
 * alone says nothing: in a program of a few kilobytes the read-only data after the gap has it too.)
 */
export function joinModules(modules: readonly Module[], system: SystemInfo | undefined, maps: string | undefined): Module[] {
  const byAddress = modules.map((module, order) => ({ module, order })).sort((a, b) => compareBase(a.module, b.module))
  const joined = new Map<number, Module>()
  let mappings: LinuxMapping[] | undefined
  let group: { pieces: Module[]; order: number } | undefined
  const close = (): void => {
    if (group !== undefined) joined.set(group.order, joinPieces(group.pieces))
  }
  for (const { module, order } of byAddress) {
    const last = group?.pieces.at(-1)
    const first = group?.pieces[0]
    if (
      group !== undefined &&
      first !== undefined &&
      last !== undefined &&
      group.pieces.length < maxPieces &&
      looksLikePiece(first, last, module, system)
    ) {
      mappings ??= parseLinuxMaps(maps ?? '').sort(compareStart)
      if (isContinuation(mappings, group.pieces, module)) {
        group.pieces.push(module)
        group.order = Math.min(group.order, order)
        continue
      }
    }
    close()
    group = { pieces: [module], order }
  }
  close()
  return [...joined].sort(([a], [b]) => a - b).map(([, module]) => module)
}

function compareStart(a: LinuxMapping, b: LinuxMapping): number {
  return a.startAddress < b.startAddress ? -1 : a.startAddress > b.startAddress ? 1 : 0
}

function compareBase(a: Module, b: Module): number {
  return a.baseAddress < b.baseAddress ? -1 : a.baseAddress > b.baseAddress ? 1 : 0
}

function endOf(module: Module): bigint {
  return module.baseAddress + BigInt(module.size)
}

function looksLikePiece(first: Module, last: Module, next: Module, system: SystemInfo | undefined): boolean {
  if (next.debugId === undefined || next.debugId !== first.debugId || first.name === '') return false
  // Writers before 2015 put the build id of an ELF file into an RSDS record.
  const isUnixRsds = next.codeView?.kind === 'pdb70' && (system?.os === 'Linux' || system?.os === 'Android')
  const isElf = next.codeView?.kind === 'elf' || isUnixRsds
  if (!isElf || (next.codeId !== first.codeId && next.codeView?.kind === 'elf')) return false
  return next.baseAddress >= endOf(last) && (next.name === first.name || next.name.startsWith(`${first.name}/`))
}

function isContinuation(mappings: readonly LinuxMapping[], pieces: readonly Module[], next: Module): boolean {
  const ofNext = mappingsOf(mappings, next)
  const [start] = ofNext
  const last = pieces.at(-1)
  if (start === undefined) return last !== undefined && next.baseAddress - endOf(last) <= maxPieceGapBytes
  const before = pieces.flatMap((piece) => mappingsOf(mappings, piece))
  const repeats = (mapping: LinuxMapping): boolean =>
    before.some(({ fileOffset, permissions }) => fileOffset === mapping.fileOffset && permissions === mapping.permissions)
  const isCopy = (start.fileOffset === 0n && repeats(start)) || ofNext.some((part) => part.permissions[2] === 'x' && repeats(part))
  return !isCopy
}

/** The mappings that begin in a module, and the one that holds its first byte. */
function mappingsOf(mappings: readonly LinuxMapping[], module: Module): LinuxMapping[] {
  let low = 0
  let high = mappings.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const mapping = mappings[middle]
    if (mapping !== undefined && mapping.endAddress <= module.baseAddress) low = middle + 1
    else high = middle
  }
  const candidates = mappings.slice(low, low + maxMappingsPerPiece)
  return candidates.filter(({ startAddress }) => startAddress < endOf(module))
}

function joinPieces(modules: readonly Module[]): Module {
  const [first, ...others] = modules
  const last = modules.at(-1)
  if (first === undefined || last === undefined) throw new RangeError('A module has at least one piece.')
  if (others.length === 0) return first
  const pieces = modules.map(({ baseAddress, size, name, entry }): ModulePiece => ({ baseAddress, size, name, entry }))
  return { ...first, size: Number(endOf(last) - first.baseAddress), entry: Math.min(...pieces.map(({ entry }) => entry)), pieces }
}
