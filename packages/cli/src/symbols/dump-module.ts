import type { DumpTask } from './dump-to-file.ts'
import type { FoundModule } from './find-modules.ts'

export interface DumpChoices {
  readonly inlines: boolean
  readonly info: readonly string[]
}

/** The task that dumps a module with everything that was found for it. */
export function dumpTask(module: FoundModule, choices: DumpChoices, outputPath: string | undefined): DumpTask {
  return {
    path: module.main.path,
    others: module.others.map(({ path }) => path),
    debugFile: module.debugFile,
    debugId: module.debugId,
    arch: module.main.module.kind === 'macho' ? module.main.module.arch : undefined,
    inlines: choices.inlines,
    info: choices.info,
    outputPath,
  }
}
