import { describe, expect, test } from 'vitest'
import type { Plan } from '../../../../shared/domain/plan.ts'
import { toBuildValues } from './build-values.ts'
import { toGitAccess, withLogin } from './git-access.ts'

const plan: Plan = {
  kind: 'node',
  label: 'Node (npm)',
  root: '.',
  ...{ runtime: null, install: null, output: null, fallback: null, port: null },
  build: { value: 'make', origin: 'test' },
  start: { value: './run', origin: 'test' },
  notes: [],
}
const settings = {
  buildEnvironment: { HTTP_PROXY: 'http://proxy:3128', NPM_CONFIG_REGISTRY: 'https://npm.example' },
}
const order = {
  deploymentId: 'd',
  variables: { TITLE: 'hello', KEY: 'secret-value' },
  secrets: ['secret-value'],
}
const own: Plan = { ...plan, kind: 'dockerfile', build: null, start: null }

describe('what a build is made with', () => {
  test('of a plan all are secret mounts; proxies are arguments that BuildKit leaves out of images', async () => {
    const values = await toBuildValues({ order, settings, plan, declared: ['TITLE'] })
    expect(values.secrets).toEqual({
      NPM_CONFIG_REGISTRY: 'https://npm.example',
      KEY: 'secret-value',
      TITLE: 'hello',
    })
    expect(values.arguments).toEqual({ HTTP_PROXY: 'http://proxy:3128' })
    expect(values.dockerfile).not.toContain('hello')
    expect(JSON.stringify([values.dockerfile, values.stamp])).not.toContain('secret-value')
  })

  test('of a Dockerfile what it declares is an argument, unless it is a secret', async () => {
    const declared = ['TITLE', 'KEY', 'NPM_CONFIG_REGISTRY', 'OTHER']
    const values = await toBuildValues({ order, settings, plan: own, declared })
    expect(values.dockerfile).toBeUndefined()
    expect(values.arguments).toEqual({
      HTTP_PROXY: 'http://proxy:3128',
      NPM_CONFIG_REGISTRY: 'https://npm.example',
      TITLE: 'hello',
    })
  })

  test('is stamped anew when a variable changes, and only then', async () => {
    const stampOf = async (variables: Record<string, string>) =>
      (await toBuildValues({ order: { ...order, variables }, settings, plan, declared: [] })).stamp
    const first = await stampOf({ A: '1', B: '2' })
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(await stampOf({ B: '2', A: '1' })).toBe(first)
    expect(await stampOf({ A: '1', B: '3' })).not.toBe(first)
    expect(await stampOf({})).toBeUndefined()
  })
})

describe('the way to a repository', () => {
  const of = (address: string, kind: 'git' | 'folder' = 'git') => toGitAccess({ source: { kind, address } })

  test('holds no login in its address', () => {
    expect(of('https://git.example/a.git')).toEqual({ url: 'https://git.example/a.git', login: undefined })
    expect(of('https://ana:p%40ss@git.example/a.git')).toEqual({
      url: 'https://git.example/a.git',
      login: { user: 'ana', password: 'p@ss' },
    })
  })

  test('is this computer for a folder, and for what its ssh keys open', () => {
    expect([
      of('/home/ana/app', 'folder'),
      of('git@github.com:a/b.git'),
      of('ssh://git@host/a'),
      of('/srv/a.git'),
    ]).toEqual([undefined, undefined, undefined, undefined])
  })

  test('is with its login for git on this computer, which hides it', () => {
    const source = { kind: 'git', address: 'https://git.example/a.git' } as const
    expect(withLogin({ source, gitLogin: { user: 'x', password: 'a/b' } }).address).toBe(
      'https://x:a%2Fb@git.example/a.git',
    )
    expect(withLogin({ source })).toBe(source)
  })
})
