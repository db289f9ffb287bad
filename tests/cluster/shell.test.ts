import type { Duplex } from 'node:stream'
import { afterAll, expect } from 'vitest'
import type { Shell } from '../../electron/clusters/driver.ts'
import { createShells } from '../../electron/platform/shells.ts'
import { clusterTest } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { pushApp } from '../support/images.ts'

let test: TestDriver | undefined
afterAll(async () => {
  await test?.clean()
  await test?.dispose()
})

/** A cluster knows by itself. */
const serving = () => Promise.reject(new Error('nobody asks'))

/** What is printed until the text is in it. */
async function printed(terminal: Duplex, wanted: string): Promise<string> {
  let text = ''
  for await (const bytes of terminal.iterator({ destroyOnReturn: false })) {
    text += String(bytes)
    if (text.includes(wanted)) return text
  }
  throw new Error(`the shell ended with: ${text}`)
}

async function openShell(deploymentId: string): Promise<Shell> {
  const shell = await test?.driver.openShell(deploymentId, { columns: 91, rows: 37, serving })
  if (shell === undefined) throw new Error('no driver')
  return shell
}

clusterTest(
  'a shell in an instance has a terminal of the size it is given, and ends with its exit code',
  async () => {
    test = await openClusterDriver()
    const deploymentId = newId()
    test.describe(deploymentId, { name: `shell-${deploymentId.slice(-6)}` })
    await expect(test.driver.openShell(deploymentId, { columns: 80, rows: 24, serving })).rejects.toThrow(
      'no instance',
    )
    const order = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port') })
    await test.driver.applyRelease(order)
    await test.until(deploymentId, isReadyRun(order))

    const shell = await openShell(deploymentId)
    // The size travels beside what is typed, and may come later.
    shell.terminal.write('until [ "$(stty size)" = "37 91" ]; do sleep 0.1; done; echo "port=$PORT"\n')
    await printed(shell.terminal, 'port=8080')
    shell.resize({ columns: 120, rows: 50 })
    shell.terminal.write('until [ "$(stty size)" = "50 120" ]; do sleep 0.1; done; echo $((6 * 7)) columns\n')
    await printed(shell.terminal, '42 columns')
    shell.terminal.write('exit 3\n')
    await printed(shell.terminal, 'exit').catch(() => undefined)
    shell.terminal.resume()
    expect(await shell.ended).toEqual({ exitCode: 3, failure: null })

    const left = await openShell(deploymentId)
    left.terminal.write('trap "" INT; while :; do echo waits; sleep 0.2; done\n')
    await printed(left.terminal, 'waits\r\nwaits')
    left.terminal.destroy()
    await left.ended
    await untilNothingLeft(deploymentId)
  },
)

/** A hang-up ends what ran in the terminal. */
async function untilNothingLeft(deploymentId: string): Promise<void> {
  const shell = await openShell(deploymentId)
  shell.terminal.write('while grep -lsq waits /proc/[0-9]*/cmdline; do sleep 0.1; done; echo none "left"\n')
  await printed(shell.terminal, 'none left')
  shell.terminal.destroy()
}

clusterTest('a flood in a shell waits for whoever looks at it, and a signal ends it', async () => {
  if (test === undefined) throw new Error('no driver')
  const deploymentId = newId()
  test.describe(deploymentId, { name: `shell-${deploymentId.slice(-6)}` })
  const order = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port') })
  await test.driver.applyRelease(order)
  await test.until(deploymentId, isReadyRun(order))
  const shells = createShells({ driver: test.driver, servingOf: serving })
  const end = new AbortController()
  const output = shells.open('mine', { deploymentId, columns: 80, rows: 24 }, end.signal)
  expect((await output.next()).value).toEqual({ last: 1, text: '', end: null })
  await shells.write('mine', 'yes\n')
  let last = 0
  for (let count = 0; count < 50; count++) last = (await output.next()).value?.last ?? last
  expect(last).toBe(51)
  end.abort()
  await output.next()
  expect((await output.next()).done).toBe(true)
  await expect(shells.resize('mine', { columns: 1, rows: 1 })).rejects.toThrow('has ended')
})
