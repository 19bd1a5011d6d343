import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ProcessorOutcome } from '../process/processor.ts'
import type { Store } from '../store/store.ts'

export interface Metrics {
  readonly registry: Registry
  processed(outcome: ProcessorOutcome, seconds: number): void
}

export function createMetrics(store: Store): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const outcomes = new Counter({
    name: 'crashkeep_processed_total',
    help: 'Attempts to process a report, by outcome',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'crashkeep_process_seconds',
    help: 'Time from lease to rows of one attempt',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [registry],
  })
  new Gauge({
    name: 'crashkeep_jobs',
    help: 'Reports that wait for processing or are being processed',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const depth = await store.jobs.depth().catch(() => undefined)
      if (depth === undefined) return this.reset()
      this.set({ state: 'waiting' }, depth.waiting)
      this.set({ state: 'leased' }, depth.leased)
    },
  })
  new Gauge({
    name: 'crashkeep_symbols_removed',
    help: 'Symbol files and source maps removed because no report needed them, since the store exists',
    registers: [registry],
    async collect() {
      this.set((await store.symbols.removed().catch(() => undefined))?.files ?? 0)
    },
  })
  return {
    registry,
    processed(outcome, took) {
      outcomes.inc({ outcome })
      seconds.observe(took)
    },
  }
}

/** Requests by route, never by address: the number of series stays that of our routes. */
export function countRequests(app: FastifyInstance, { registry }: Metrics): void {
  const seconds = new Histogram({
    name: 'crashkeep_http_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 30],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown'
    seconds.observe({ method: request.method, route, status: `${Math.floor(reply.statusCode / 100)}xx` }, reply.elapsedTime / 1000)
  })
}
