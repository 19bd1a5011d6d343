import { CommandError } from '../errors.ts'
import type { FoundModule } from './find-modules.ts'

/** Node's names of processors in Mach-O's words. */
const ownArch: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'arm64', ia32: 'x86', arm: 'arm' }

/**
 * The modules for one processor: of a file for several, that for `arch`, else for this machine. Files for one processor are taken whatever
 * is wished for, as Mozilla's dump_syms does.
 */
export function forArch(modules: readonly FoundModule[], arch: string | undefined): FoundModule[] {
  const byPath = Map.groupBy(modules, ({ main }) => main.path)
  return [...byPath.values()].flatMap((parts) => (parts.length === 1 ? parts : [chosen(parts, arch)]))
}

function chosen(parts: readonly FoundModule[], arch: string | undefined): FoundModule {
  const wanted = arch ?? ownArch[process.arch]
  const found =
    wanted === undefined
      ? undefined
      : (parts.find((part) => archOf(part) === wanted) ?? parts.find((part) => archOf(part).startsWith(wanted)))
  if (found !== undefined) return found
  const names = parts.map(archOf).join(', ')
  throw new CommandError(`${parts[0]?.main.path} is for ${names}; say with --arch which, or with --store DIR take all.`, {
    exitStatus: arch === undefined ? 2 : 1,
  })
}

export function archOf({ main }: FoundModule): string {
  return main.module.arch ?? 'unknown'
}
