import type { Command } from 'commander'
import { runDump } from '../symbols/run-dump.ts'
import { wholeNumber } from '../symbols/whole-number.ts'

export function addSymbolsDump(symbols: Command): void {
  symbols
    .command('dump')
    .description("write Breakpad's .sym of ELF, PE, PDB and Mach-O files, of any system on any system")
    .argument('<file...>', 'programs, libraries, debug files, dSYMs, or folders of them; those of one build are taken together')
    .option('-o, --output <file>', 'writes there instead of standard output; - is standard output')
    .option('-s, --store <folder>', "writes into Breakpad's layout below the folder, NAME/ID/NAME.sym; for several modules")
    .option('--inlines', 'INLINE records; the default')
    .option('--no-inlines', 'no INLINE records: each address has the line of the outermost call')
    .option('-a, --arch <name>', "which part of a Mach-O for several processors (x86_64, arm64, …); this machine's")
    .option('--list-arch', 'only the processors that the files are for')
    .option('--check-cfi', 'fails where there are no rules for unwinding')
    .option('--extra-info <line...>', 'more INFO lines: "RELEASE 1.2"')
    .option('-j, --num-jobs <number>', 'files dumped at once; the number of cores', wholeNumber)
    .option('--json', 'what was written, as JSON; not with symbols on standard output')
    .action(runDump)
}
