/** The handler's process: makes reports of the captures in the database that its first argument names, sends what may be sent, ends. */
import { addReport } from '../database/add-report.ts'
import { handleCaptures } from './handle-captures.ts'

// A service manager ends what is left of a service with SIGTERM; a report that is being written or sent is worth the moment.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})

const [databaseFolder] = process.argv.slice(2)
if (databaseFolder !== undefined) {
  const handled = await handleCaptures(databaseFolder, addReport)
  if (handled !== undefined) {
    // Loaded late: the dump comes first.
    const { deliver } = await import('../upload/deliver.ts')
    await deliver(databaseFolder, handled.delivery)
  }
}
