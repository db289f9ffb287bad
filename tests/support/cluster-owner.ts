import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { writeRbac } from '../../electron/clusters/kubernetes/preflight/preflight.ts'
import { clusterSettingsSchema } from '../../shared/domain/cluster.ts'

export interface ClusterOwner {
  readonly kubeconfig: string
  /** Takes the rights away again. */
  remove(): void
}

const context = 'slipway-test'

/**
 * Somebody who has what Slipway prints for an owner and no other right: as whom the Slipway that is tried runs. Throws where
 * `administrator` (a kubeconfig) may not give it. `program`: of the test cluster; elsewhere it is a service account.
 */
export async function makeOwner({
  administrator,
  program,
}: {
  administrator: string
  program: string | null
}): Promise<ClusterOwner> {
  // Runs of several versions may share a cluster, each with the rights that it prints.
  const name = `slipway-test-owner-${ulid().toLowerCase()}`
  const folder = mkdtempSync(join(tmpdir(), 'slipway-owner-'))
  const kubeconfig = join(folder, 'kubeconfig')
  const kubectl = (args: readonly string[], input?: string) =>
    call('kubectl', ['--kubeconfig', administrator, ...args], input)
  const account = ['serviceaccount', name, '--namespace=default']
  const remove = () => {
    rmSync(folder, { recursive: true, force: true })
    // A cluster that was ended meanwhile has forgotten them.
    for (const object of [['clusterrolebinding', name], ['clusterrole', name], account])
      spawnSync('kubectl', ['--kubeconfig', administrator, 'delete', ...object, '--ignore-not-found'])
  }

  try {
    if (program === null) kubectl(['create', ...account])
    const text = program === null ? toAccountKubeconfig(kubectl, name) : call(program, ['kubeconfig', name])
    writeFileSync(kubeconfig, text, { mode: 0o600 })
    const settings = clusterSettingsSchema.parse({ context, kubeconfig })
    const yaml = await writeRbac({ settings, userId: name, role: 'owner', gitUrls: [] })
    kubectl(['apply', '-f', '-'], yaml.replaceAll('name: slipway-owner', `name: ${name}`))
    return { kubeconfig, remove }
  } catch (error) {
    remove()
    throw error
  }
}

type Kubectl = (args: readonly string[]) => string

function toAccountKubeconfig(kubectl: Kubectl, name: string): string {
  const token = kubectl(['create', 'token', name, '--namespace=default', '--duration=12h']).trim()
  const view = ['config', 'view', '--raw', '--minify', '--flatten', `--context=${context}`, '--output=json']
  const { users, ...rest } = JSON.parse(kubectl(view)) as { users: readonly { name: string }[] }
  return JSON.stringify({ ...rest, users: users.map(one => ({ name: one.name, user: { token } })) })
}

function call(command: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', input })
  if (status !== 0) throw new Error(error?.message ?? stderr.trim().split('\n').at(-1))
  return stdout
}
