import { defineConfig } from 'vitest/config'

const limits = { testTimeout: 60_000, hookTimeout: 120_000 }
/**
 * On a shared CI machine, a test with real processes or a real cluster that fails is tried once more; `.ci/run` names it.
 * At a desk it fails at once.
 */
const secondTry = { retry: process.env.CI === 'true' ? 1 : 0 }

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['{electron,shared,renderer}/**/*.test.ts'], ...limits } },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          fileParallelism: false,
          maxConcurrency: 2,
          ...limits,
          ...secondTry,
          testTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['tests/cluster/**/*.test.ts'],
          globalSetup: 'tests/support/cluster-setup.ts',
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
          ...secondTry,
        },
      },
      {
        test: {
          name: 'end-to-end',
          include: ['tests/e2e/**/*.test.ts'],
          fileParallelism: false,
          ...limits,
          ...secondTry,
          testTimeout: 300_000,
        },
      },
    ],
  },
})
