/**
 * A server whose reports may cost less than the command lets them: `serve.ts serve --port 0 --data DIR --process-time-ms N
 * --process-memory-bytes N`. It takes as much memory as the command, and prints what that prints of its addresses.
 */
import { parseArgs } from 'node:util'
// biome-ignore lint/correctness/noUndeclaredDependencies: of the workspace; tests have no manifest of their own.
import { serve } from '@crashkeep/server/bundle'
import { keepHeapSmall, restartWithSmallHeap } from '../../packages/cli/src/small-heap.ts'

restartWithSmallHeap()
keepHeapSmall()
const text = { type: 'string' } as const
const { values } = parseArgs({
  allowPositionals: true,
  options: { port: text, data: text, 'process-time-ms': text, 'process-memory-bytes': text },
})
const number = (name: keyof typeof values) => (values[name] === undefined ? undefined : Number(values[name]))
const processTimeMs = number('process-time-ms')
const processMemoryBytes = number('process-memory-bytes')
const server = await serve({
  port: number('port') ?? 0,
  data: values.data ?? '',
  logLevel: 'warn',
  ...(processTimeMs === undefined ? {} : { processTimeMs }),
  ...(processMemoryBytes === undefined ? {} : { processMemoryBytes }),
})
process.stdout.write(`  log in  ${server.loginUrl}\n  ingest  ${await server.ingestUrl('default')}\n`)
process.once('SIGINT', () => void server.close())
