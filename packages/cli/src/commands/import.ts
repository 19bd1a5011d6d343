import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { CommandError } from '../errors.ts'
import { layoutOf } from '../import/find-reports.ts'
import { type Sent, sendReport } from '../import/send-report.ts'
import { printJson } from '../print.ts'
import { startProgress } from '../progress.ts'
import { type ConnectionOptions, ServerConnection, withConnection } from '../server-connection.ts'

/** Reasons shown to people; all are in the JSON. */
const maxShownReasons = 20

interface Left {
  readonly path: string
  readonly why: string
}

export function addImport(program: Command): void {
  withConnection(
    program.command('import').description('send what lies in a folder of another crash reporter; what is here already is left alone'),
  )
    .argument('<folder>', "a Crashpad database, Breakpad's dumps, a mini-breakpad-server pool, or Socorro's file layout")
    .option('--project <slug>', 'the project that gets the reports', 'default')
    .option('--json', 'the counts as JSON')
    .action(async (folder: string, options: ConnectionOptions & { project: string; json?: true }) => {
      if (!(await stat(folder)).isDirectory())
        throw new CommandError(`${folder} is no folder; give the one in which the reports lie.`, { exitStatus: 2 })
      const layout = await layoutOf(folder)
      if (layout === undefined)
        throw new CommandError(
          `${folder} holds no reports: neither pending/, completed/ or reports/, nor a pool, nor days of Socorro, nor .dmp files.`,
        )
      const server = new ServerConnection(options)
      const counts: Record<Sent['outcome'], number> = { imported: 0, present: 0, erased: 0, refused: 0 }
      const left: Left[] = []
      const progress = startProgress(() => `${layout.name}: ${describe(counts)}`)
      try {
        for await (const report of layout.reports(folder, (path, why) => left.push({ path, why }))) {
          const sent = await sendReport(server, options.project, report)
          counts[sent.outcome] += 1
          if (sent.outcome === 'refused') left.push({ path: report.path, why: sent.why })
        }
      } finally {
        progress.end()
      }
      const skipped = left.length - counts.refused
      if (options.json) printJson({ layout: layout.name, ...counts, skipped, left })
      else {
        for (const { path, why } of left.slice(0, maxShownReasons)) process.stderr.write(`crashkeep: ${path} was left out: ${why}\n`)
        if (left.length > maxShownReasons)
          process.stderr.write(`crashkeep: ${left.length - maxShownReasons} more were left out; --json lists all.\n`)
        process.stdout.write(`${layout.name}: ${describe(counts)}, ${skipped} unreadable\n`)
      }
      if (left.length > 0) process.exitCode = 1
    })
}

function describe({ imported, present, erased, refused }: Record<Sent['outcome'], number>): string {
  return `${imported} imported, ${present} here already, ${erased} erased earlier, ${refused} refused`
}
