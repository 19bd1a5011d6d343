import type { Command } from 'commander'
import { CommandError } from '../errors.ts'
import { readStandardInput } from '../standard-input.ts'

export function addSignature(program: Command): void {
  program
    .command('signature')
    .description('the signature of a stack: crash data (as for siggen) or the JSON of `crashkeep stackwalk` on standard input')
    .option('--steps', 'say which rules led to it')
    .option('--json', 'everything as JSON')
    .action(async (options: { steps?: true; json?: true }) => {
      const { crashDataFromJson, generateSignature } = await import('@crashkeep/signature')
      const result = generateSignature(crashDataFromJson(await jsonFromStandardInput()))
      if (options.json) {
        process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`)
        return
      }
      process.stdout.write(`${result.signature}\n`)
      if (!options.steps) return
      for (const step of result.steps)
        process.stdout.write(`  ${step.before} ${step.after === null ? '(skipped)' : `→ ${step.after}`}: ${step.why}\n`)
    })
}

async function jsonFromStandardInput(): Promise<unknown> {
  const text = (await readStandardInput()).toString('utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CommandError('Standard input is not JSON: pipe the output of `crashkeep stackwalk --json` or crash data into this command.', {
      cause: error,
    })
  }
}
