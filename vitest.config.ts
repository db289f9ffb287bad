import { defineConfig } from 'vitest/config'

const limits = { testTimeout: 60_000, hookTimeout: 120_000 }
/**
 * On a shared CI machine, a test with real processes or a real cluster that fails is tried once more; `.ci/run` names it.
 * At a desk it fails at once.
 */
const secondTry = { retry: process.env.CI === 'true' ? 1 : 0 }

/**
 * Tests of the cluster wait for it more than they compute, so that three files run at a time. These measure or exhaust it,
 * count or take over what is there, or are many runs at once already: each of them has it alone.
 */
const alone = ['load', 'build-mishaps', 'kill', 'preflight', 'read-back'].map(
  name => `tests/cluster/${name}.test.ts`,
)
const cluster = {
  globalSetup: 'tests/support/cluster-setup.ts',
  testTimeout: 300_000,
  hookTimeout: 600_000,
  ...secondTry,
}

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
          exclude: alone,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          ...cluster,
        },
      },
      {
        test: {
          name: 'cluster-alone',
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          ...cluster,
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
