import { CommanderError } from 'commander'
import { CommandError } from './errors.ts'
import { createProgram } from './program.ts'
import { describeSystemError } from './system-error.ts'

// Who reads the output may stop before its end, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

/** Exit status: 0 done, 1 it failed, 2 wrong usage. */
try {
  const program = await createProgram(process.argv[2])
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

function report(error: unknown): number {
  // Commander has printed its own sentence; asking for help or the version is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof CommandError) {
    process.stderr.write(`crashkeep: ${error.message}\n`)
    return error.exitStatus
  }
  process.stderr.write(`crashkeep: ${describeSystemError(error) ?? (error instanceof Error ? error.message : String(error))}\n`)
  return 1
}
