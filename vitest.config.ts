import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

// The projects, run by `npm test` in this order; `npm run check` runs `unit` alone. What needs the whole program lives in test/.

/** Tests that start processes, threads or databases, or try thousands of inputs: they take longer than a developer waits before each commit. */
const parts = [
  'packages/*/src/**/{hostile,mutation,properties,robustness}.test.ts',
  'packages/cli/**/*.test.ts',
  'packages/server/src/{serve,connections,logger,routes}.test.ts',
  'packages/server/src/{process,store,fetch}/**/*.test.ts',
  'packages/server/src/api/{app,rights}.test.ts',
  'packages/server/src/intake/decompress.test.ts',
  'packages/server/src/spool/*.test.ts',
  'packages/server/src/dialect/hostile-formats.test.ts',
]

/** Properties are tried with the same inputs in every run. */
const sameDraws = { 'fast-check': join(import.meta.dirname, 'test/harness/same-draws.ts') }

/** Only a page or a server that hangs needs so long. */
const poll = { timeout: 15_000 }

export default defineConfig({
  test: {
    // vitest leaves one core idle by default; of two that is half.
    maxWorkers: availableParallelism(),
    projects: [
      {
        resolve: { alias: sameDraws },
        test: {
          name: 'unit',
          environment: 'node',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.browser.test.*', ...parts],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: { alias: sameDraws },
        test: {
          name: 'parts',
          environment: 'node',
          include: parts,
          exclude: ['**/node_modules/**', '**/*.browser.test.*'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: ['test/postgres.ts'],
        },
      },
      {
        oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
        optimizeDeps: { include: ['preact', 'preact/hooks', 'preact/jsx-runtime', 'preact/jsx-dev-runtime', 'uplot', 'axe-core'] },
        test: {
          name: 'browser',
          include: ['packages/*/src/**/*.browser.test.{ts,tsx}'],
          testTimeout: 60_000,
          expect: { poll },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: '/usr/bin/chromium',
                args: [
                  '--no-sandbox',
                  '--disable-gpu',
                  '--no-first-run',
                  '--disable-background-networking',
                  '--disable-component-update',
                  '--disable-sync',
                ],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          name: 'end-to-end',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll },
          fileParallelism: false,
        },
      },
    ],
  },
})
