import { type Command, Option } from 'commander'

export function addDump(program: Command): void {
  program
    .command('dump')
    .description('show every stream of a minidump')
    .argument('<dump>', 'the minidump')
    .addOption(new Option('--json', 'as JSON; addresses are strings of hexadecimal digits').conflicts('memory'))
    .option('--memory', 'with the contents of memory')
    .action(async (path: string, options: { json?: true; memory?: true }) => {
      const [{ describeMinidump, formatDump }, { openDump }, { printMemory }, { writeStandardOutput }] = await Promise.all([
        import('@crashkeep/minidump'),
        import('../open-dump.ts'),
        import('../stackwalk/run-stackwalk.ts'),
        import('../stackwalk/standard-output.ts'),
      ])
      const { dump, close } = openDump(path)
      try {
        writeStandardOutput(options.json ? `${JSON.stringify(describeMinidump(dump), undefined, 2)}\n` : formatDump(dump))
        if (options.memory) printMemory(dump)
      } finally {
        close()
      }
    })
}
