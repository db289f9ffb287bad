import { defineConfig } from 'vitest/config'

const limits = { testTimeout: 60_000, hookTimeout: 120_000 }
/**
 * On a shared CI machine, a test with real processes or a real cluster that fails is tried once more; `.ci/run` names it.
 * At a desk it fails at once.
 */
const secondTry = { retry: process.env.CI === 'true' ? 1 : 0 }

/**
 * Tests of the cluster wait for it more than they compute, so that three files run at a time. These count or take over what
 * is there, which is nothing to one another: they run when those have ended.
 */
const apart = ['preflight', 'read-back'].map(name => `tests/cluster/${name}.test.ts`)
/** These measure or exhaust the cluster, or are many runs at once already: each of them has it alone. */
const alone = ['load', 'build-exhaustion', 'kill'].map(name => `tests/cluster/${name}.test.ts`)
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
          // Each file has ports and folders of its own, and mostly waits for processes.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
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
          exclude: [...apart, ...alone],
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
          ...cluster,
        },
      },
      {
        test: {
          name: 'cluster-apart',
          include: apart,
          maxWorkers: apart.length,
          sequence: { groupOrder: 3 },
          ...cluster,
        },
      },
      {
        test: {
          name: 'cluster-alone',
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
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
