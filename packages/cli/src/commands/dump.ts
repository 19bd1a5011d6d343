import type { Command } from 'commander'
import { openDump } from '../open-dump.ts'

export function addDump(program: Command): void {
  program
    .command('dump')
    .description('show every stream of a minidump')
    .argument('<dump>', 'the minidump')
    .option('--json', 'as JSON; addresses are strings of hexadecimal digits')
    .action(async (path: string, options: { json?: true }) => {
      const { describeMinidump, formatDump } = await import('@crashkeep/minidump')
      const { dump, close } = await openDump(path)
      try {
        process.stdout.write(options.json ? `${JSON.stringify(describeMinidump(dump), undefined, 2)}\n` : formatDump(dump))
      } finally {
        close()
      }
    })
}
