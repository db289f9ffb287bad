import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import type { ShellEnd } from '../../shared/domain/shell.ts'
import { asker, createDataFolder, isLive, startPlatform, waitForDeployment } from '../support/platform.ts'

const data = createDataFolder()
const source = createDataFolder()
let platform: Platform
let id: string

beforeAll(async () => {
  mkdirSync(join(source.path, 'web'))
  const app =
    "require('node:http').createServer((_, response) => response.end('here')).listen(process.env.PORT)"
  writeFileSync(join(source.path, 'web', 'server.js'), app)
  const scripts = { start: 'node server.js' }
  writeFileSync(
    join(source.path, 'web', 'package.json'),
    JSON.stringify({ name: 'web', private: true, scripts }),
  )
  platform = await startPlatform(data.path)
  const wish = {
    source: { kind: 'folder', address: source.path } as const,
    ...{ branch: '', name: 'web', port: null, planEdits: { root: 'web' }, keepsRunning: false },
    variables: [
      { name: 'GREETING', scope: 'run', isSecret: false, value: 'moin' } as const,
      { name: 'TOKEN', scope: 'run', isSecret: true, value: 's3cret' } as const,
    ],
  }
  id = (await platform.intents.create(wish, asker(platform))).id
  await waitForDeployment(platform, id, isLive)
})

afterAll(async () => {
  await platform.dispose({ stopApps: true })
  data.remove()
  source.remove()
})

async function open(name: string, signal: AbortSignal) {
  const output = platform.shells.open(name, { deploymentId: id, columns: 91, rows: 37 }, signal)
  expect((await output.next()).value).toEqual({ last: 1, text: '', end: null })
  let text = ''
  let end: ShellEnd | null = null
  return {
    write: (typed: string) => platform.shells.write(name, typed),
    async until(wanted: string | RegExp): Promise<string> {
      while (!text.match(wanted)) {
        const { value, done } = await output.next()
        if (done) throw new Error(`it ended with ${text}`)
        text += value.text
        end = value.end
      }
      const found = text
      text = ''
      return found
    },
    async ended() {
      while (end === null) {
        const { value, done } = await output.next()
        if (done) break
        end = value.end
      }
      return end
    },
  }
}

test('a shell is in the folder of what serves, with its variables, and has a terminal that is resized', async () => {
  const shell = await open('one', AbortSignal.timeout(30_000))
  await shell.write('cd . && echo "at=$PWD greeting=$GREETING token=$TOKEN port=$PORT size=$(stty size)."\n')
  expect(await shell.until(/size=37 91\./)).toMatch(
    /at=\S+checkout\/web greeting=moin token=s3cret port=\d+ /,
  )
  await platform.shells.resize('one', { columns: 120, rows: 50 })
  await shell.write('until [ "$(stty size)" = "50 120" ]; do sleep 0.1; done; echo $((6 * 7)) columns\n')
  await shell.until('42 columns')
  await shell.write('exit 3\n')
  expect(await shell.ended()).toEqual({ exitCode: 3, failure: null })
})

test('whoever leaves a shell hangs up what runs in it; another one can be open beside it', async () => {
  const leaving = new AbortController()
  const left = await open('left', leaving.signal)
  const other = await open('other', AbortSignal.timeout(30_000))
  await left.write('echo pid=$$; exec sleep 300\n')
  const pid = /pid=(\d+)/.exec(await left.until(/pid=\d+/))?.[1]
  leaving.abort()
  await left.ended()
  await other.write(`while kill -0 ${pid} 2>/dev/null; do sleep 0.1; done; echo none "left"\n`)
  await other.until('none left')
  await other.write('exit\n')
  await other.ended()
  await expect(platform.shells.write('left', 'x')).rejects.toThrow('has ended')
})
