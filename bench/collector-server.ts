/** The built collector with settling on, on a data folder; prints its port and the path of an ingest address. */
import { serve } from '@crashkeep/server/bundle'
import { keepHeapSmall } from '../packages/cli/src/small-heap.ts'

// As `crashkeep serve` does.
keepHeapSmall()
const server = await serve({ data: process.argv[2] ?? 'crashkeep-data', port: 0, role: 'collector', logLevel: 'error' })
console.log(`${server.port} ${new URL((await server.ingestUrl('default')) ?? '').pathname}`)
process.once('SIGTERM', () => void server.close())
