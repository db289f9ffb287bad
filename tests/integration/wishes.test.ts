import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { createRouter } from '../../electron/rpc/router.ts'
import {
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

const oddNames = [
  'with space and  two',
  `quote'"\`s`,
  'new\nline',
  'ünïçødé 🚀',
  '-rf',
  '$(touch trap) & ; | *',
  'back\\slash',
  `${'deep/'.repeat(60)}${'x'.repeat(200)}`,
]

const data = createDataFolder()
/** A data folder whose own name is odd. */
const home = join(data.path, `data 🚀 'of "ana`)
let platform: Platform
let client: ReturnType<typeof connect>
const connect = () => createRouterClient(createRouter(platform, { surface: 'terminal' }), { context: {} })

beforeAll(async () => {
  platform = await startPlatform(home)
  client = connect()
})
afterAll(async () => {
  await platform.dispose({ stopApps: true })
  data.remove()
})

function write(name: string): { kind: 'folder'; address: string } {
  const address = join(data.path, 'sources', name)
  mkdirSync(address, { recursive: true })
  writeFileSync(join(address, 'Procfile'), `web: exec node "odd ü'file.js"\n`)
  writeFileSync(
    join(address, `odd ü'file.js`),
    `require('node:http').createServer((q, a) => a.end('hello')).listen(process.env.PORT)`,
  )
  return { kind: 'folder', address }
}
const wish = (name: string, folder = name) => ({
  source: write(folder),
  branch: '',
  name,
  port: null,
  planEdits: {},
})
const failureOf = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (error: { code: string; data: unknown }) => ({ code: error.code, data: error.data }),
  )

test.each(oddNames.map((folder, n) => [folder, `odd-${n + 1}`]))(
  'a folder called %j is deployed, from a data folder with an odd name too',
  async (folder, name) => {
    const { id } = await client.deployments.create(wish(name, folder))
    await waitForDeployment(platform, id, isLive)
    expect(await getThroughGateway(platform, name)).toEqual({ status: 200, body: 'hello' })
    await client.deployments.remove({ id, name })
    await platform.idle()
    expect(await client.deployments.residue({ id })).toEqual({
      processes: 0,
      checkouts: 0,
      logs: 0,
      rows: 0,
      keptData: null,
    })
  },
)

describe('what cannot be is refused with the reason, and nothing is made', () => {
  test.each([0, -1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '80', '0x50', [80], true])(
    'a port of %j',
    async port => {
      const refusal = {
        code: 'FAILED',
        data: {
          code: 'invalid_input',
          message: 'port: A port is a whole number from 1 to 65535.',
          hint: 'Correct it, then try again.',
        },
      }
      const asked = { ...wish('refused'), port: port as number }
      expect(await failureOf(client.deployments.create(asked))).toEqual(refusal)
      const id = 'z'.repeat(26)
      expect(await failureOf(client.deployments.update({ id, port: port as number }))).toEqual(refusal)
      expect(platform.reader.deploymentNamed('refused')).toBeUndefined()
    },
  )

  test.each(['', 'Blog', '-blog', 'blog-', '9lives', 'a b', 'a.b', 'ünï', 'a'.repeat(41), '../x', 'x\0'])(
    'a name of %j',
    async name => {
      expect(await failureOf(client.deployments.create(wish(name, 'refused')))).toMatchObject({
        data: {
          code: 'invalid_input',
          message: 'name: Use 1 to 40 lower-case letters, digits and dashes; start with a letter.',
        },
      })
    },
  )

  test('a name that is taken, also by a wish of the same moment; a free one is suggested', async () => {
    const both = await Promise.all([
      failureOf(client.deployments.create(wish('blog', 'one'))),
      failureOf(client.deployments.create(wish('blog', 'two'))),
      failureOf(client.deployments.create(wish('blog-2', 'three'))),
    ])
    const taken = {
      code: 'FAILED',
      data: {
        code: 'name_taken',
        message: 'There is a deployment called blog already.',
        hint: 'Choose another name, such as blog-3, or deploy that one again.',
      },
    }
    expect(both.filter(one => one === undefined)).toHaveLength(2)
    expect(await failureOf(client.deployments.create(wish('blog', 'four')))).toEqual(taken)
    expect(platform.reader.names().toSorted()).toEqual(['blog', 'blog-2'])
    const projects = platform.deployments().map(one => one.project.name)
    expect(projects.toSorted()).toEqual(['blog', 'blog-2'])
  })
})
