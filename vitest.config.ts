import { defineConfig } from 'vitest/config'

// Three projects, run by `npm test` in this order; `npm run check` runs `unit` alone. What crosses processes lives in test/.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.browser.test.*'],
          testTimeout: 20_000,
          globalSetup: ['test/postgres.ts'],
        },
      },
      {
        test: {
          name: 'end-to-end',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
