import { CommandError } from './errors.ts'
import { plainCall } from './stackwalk/plain-call.ts'
import { plainDump } from './symbols/plain-dump.ts'
import { describeSystemError } from './system-error.ts'

/** Exit status: 0 done, 1 it failed, 2 wrong usage. */
try {
  const status = await run(process.argv.slice(2))
  if (status !== 0) process.exitCode = status
} catch (error) {
  process.exitCode = report(error)
}

/** A plain walk, and symbols of a file, are done in the time that it takes to load and build the parser of all commands: they do without. */
async function run(words: readonly string[]): Promise<number> {
  const walk = plainCall(words)
  if (walk !== undefined) {
    const { runStackwalk } = await import('./stackwalk/run-stackwalk.ts')
    await runStackwalk(walk.dump, walk.symbols, walk.options)
    // All is written. Left to itself, the process would first finish collecting garbage.
    process.exit()
  }
  const dump = plainDump(words)
  if (dump !== undefined) {
    const { runDump } = await import('./symbols/run-dump.ts')
    await runDump(dump.paths, dump.options)
    return 0
  }
  endWithReader()
  return (await import('./program.ts')).runProgram(words)
}

/** Who reads the output may stop before its end, as `head` does. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}

function report(error: unknown): number {
  if (error instanceof CommandError) {
    process.stderr.write(`crashkeep: ${error.message}\n`)
    return error.exitStatus
  }
  process.stderr.write(`crashkeep: ${describeSystemError(error) ?? (error instanceof Error ? error.message : String(error))}\n`)
  return 1
}
