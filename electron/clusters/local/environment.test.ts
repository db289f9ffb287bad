import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import {
  firstProgram,
  toAppEnvironment,
  toBuildEnvironment,
  toChildEnvironment,
  toShellWord,
} from './environment.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

test('children get the environment of the shell, not that of Slipway', () => {
  const environment = {
    HOME: '/home/ana',
    PATH: [join(root, 'node_modules', '.bin'), '/usr/lib/node_modules/npm/bin/node-gyp-bin', '/usr/bin'].join(
      ':',
    ),
    SLIPWAY_TOKEN: 'x',
    ELECTRON_RUN_AS_NODE: '1',
    npm_config_cache: '/tmp',
    INIT_CWD: root,
    NODE_ENV: 'development',
    PORT: '1',
  }
  const shell = { HOME: '/home/ana', PATH: '/usr/bin' }
  expect(toChildEnvironment(environment)).toEqual(shell)
  expect(toBuildEnvironment(environment)).toEqual({ ...shell, CI: 'true', SLIPWAY: '1' })
  expect(
    toAppEnvironment({ environment, variables: { NODE_ENV: 'test', PORT: '3', A: 'b' }, port: 4000 }),
  ).toEqual({
    ...shell,
    SLIPWAY: '1',
    NODE_ENV: 'test',
    A: 'b',
    PORT: '4000',
  })
})

test.each([
  ['npm ci', 'npm'],
  ['NODE_ENV=x exec pnpm build', 'pnpm'],
  ['./run.sh', undefined],
  ['(cd a && make)', undefined],
])('the program of %j is %j', (command, program) => {
  expect(firstProgram(command)).toBe(program)
})

test('a word for the shell holds anything', () => {
  expect(toShellWord("it's $HOME")).toBe("'it'\\''s $HOME'")
})
