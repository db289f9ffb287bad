import { mkdtemp, rm } from 'node:fs/promises'
import { arch, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { foundOf, type Survey } from '../../../shared/domain/survey.ts'
import { createTestDriver, orderApp } from '../../../tests/support/local-driver.ts'
import { expectSoundSurvey } from '../../../tests/support/survey-promises.ts'

let folder: string
let opened: Awaited<ReturnType<typeof createTestDriver>>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-survey-'))
  opened = await createTestDriver(folder, { nameOf: id => `name of ${id}` })
})

afterEach(async () => {
  await opened.dispose()
  await rm(folder, { recursive: true, force: true })
})

const survey = async (): Promise<Extract<Survey, { kind: 'local' }>> => {
  const found = await opened.driver.survey('ana')
  if (found.kind !== 'local') throw new Error('is not of this computer')
  return found
}

test('this computer says what it has, and that nothing runs yet', async () => {
  const found = await survey()
  expect(found).toMatchObject({ architecture: arch(), memory: { total: totalmem() } })
  expect(found.cores).toBeGreaterThan(0)
  expect(found.memory.free).toBeLessThanOrEqual(found.memory.total)
  expect(found.disk.free).toBeGreaterThan(0)
  expect(found.disk.free).toBeLessThanOrEqual(found.disk.total)
  expect(expectSoundSurvey(found)).toMatchObject({ scope: 'all', deployments: [], builds: 0 })
})

test('an app counts with what it takes once it runs, and not any more after its removal', async () => {
  const order = await orderApp(folder, 'honours-port')
  const { deploymentId: id } = order
  try {
    await opened.driver.applyRelease(order)
    await vi.waitFor(
      async () => expect(await opened.driver.observe(id)).toMatchObject([{ state: 'ready' }]),
      { timeout: 20_000, interval: 30 },
    )
    const found = await survey()
    const there = expectSoundSurvey(found)
    expect(there).toMatchObject({
      ...{ count: 1, instances: 1, requests: null },
      deployments: [{ id, name: `name of ${id}`, isDatabase: false, instances: 1, ready: 1 }],
    })
    expect(foundOf(there.use)?.memory).toBeGreaterThan(1_000_000)
    expect(foundOf(there.use)).toEqual(there.deployments[0]?.use)
  } finally {
    await opened.driver.remove(id, null)
  }
  expect(expectSoundSurvey(await survey())).toMatchObject({ count: 0, deployments: [] })
})

test('who has left gets no answer', async () => {
  const left = AbortSignal.abort(new Error('left'))
  await expect(opened.driver.survey('ana', left)).rejects.toThrow('left')
})
