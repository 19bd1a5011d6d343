import type { Command } from 'commander'

export function addDump(program: Command): void {
  program
    .command('dump')
    .description('show every stream of a minidump')
    .argument('<dump>', 'the minidump')
    .option('--json', 'as JSON; addresses are strings of hexadecimal digits')
    .action(async (path: string, options: { json?: true }) => {
      const [{ describeMinidump, formatDump }, { openDump }] = await Promise.all([import('@crashkeep/minidump'), import('../open-dump.ts')])
      const { dump, close } = openDump(path)
      try {
        process.stdout.write(options.json ? `${JSON.stringify(describeMinidump(dump), undefined, 2)}\n` : formatDump(dump))
      } finally {
        close()
      }
    })
}
