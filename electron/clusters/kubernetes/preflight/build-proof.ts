import type { V1Pod } from '@kubernetes/client-node'
import {
  caFile,
  toBuilderEnvironment,
  toDaemonConfiguration,
  toEnvironment,
  toRegistryMount,
} from '../build/builder.ts'
import { type BuildTier, nextTier, toSecurityContext, toSecurityLevel } from '../build/tiers.ts'
import { buildCaFile, toTrustScript } from '../build/trust.ts'
import { type RegistryAccess, type RegistryLogin, toPushName } from '../registry/access.ts'
import type { PreflightContext } from './check-task.ts'
import {
  applyProofLogin,
  makeProofNamespace,
  proofLabels,
  proofLoginName,
  removeProofNamespace,
  runPods,
} from './proof-pods.ts'

/** Below the registry's address. */
export const proofRepository = 'slipway/preflight'
const limitMs = 75_000

export type BuildProof =
  | { readonly state: 'pushed'; readonly tier: BuildTier; readonly digest: string }
  /** What the builder said last. `isBuilt`: only the registry refused. */
  | { readonly state: 'failed'; readonly isBuilt: boolean; readonly said: string }

/** Builds an image of two lines, with as little of the node as does, and pushes it. */
export async function proveBuild(
  context: PreflightContext,
  order: { id: string; access: RegistryAccess; signal: AbortSignal },
): Promise<BuildProof> {
  let tier: BuildTier | undefined = 'unprivileged'
  let last: BuildProof = { state: 'failed', isBuilt: false, said: '' }
  while (tier !== undefined) {
    last = await tryTier(context, { ...order, tier })
    if (last.state === 'pushed' || last.isBuilt) break
    tier = nextTier(tier, context.settings)
  }
  return last
}

async function tryTier(
  { api, settings }: PreflightContext,
  order: { id: string; access: RegistryAccess; signal: AbortSignal; tier: BuildTier },
): Promise<BuildProof> {
  const { id, access, signal, tier } = order
  const { registry } = access
  const namespace = `slipway-preflight-${id}-${tier}`
  try {
    const login = await access.login()
    await makeProofNamespace(api, namespace, toSecurityLevel(tier))
    await applyProofLogin(api, { namespace, registry, login })
    const pod = toPod({
      namespace,
      tier,
      image: `${toPushName(registry, proofRepository)}:${id}`,
      settings,
      registry,
      login,
    })
    const end = (await runPods(api, { namespace, pods: [pod], limitMs, signal })).get('build')
    const said = end?.message ?? 'no pod began'
    const digest = /^sha256:[0-9a-f]{64}$/.exec(said)?.[0]
    if (end?.isDone && digest !== undefined) return { state: 'pushed', tier, digest }
    return {
      state: 'failed',
      isBuilt: /failed to push|exporting to image/.test(said),
      said: toLastLine(said),
    }
  } finally {
    await removeProofNamespace(api, namespace)
  }
}

const toLastLine = (said: string): string => {
  const lines = said.split('\n').filter(line => line.trim() !== '')
  // BuildKit ends with the way it was stopped, which says nothing.
  const telling = lines.filter(line => !/rootlesskit|^\[.*child exited/.test(line))
  return (telling.findLast(line => /error/i.test(line)) ?? telling.at(-1) ?? lines.at(-1) ?? said)
    .trim()
    .slice(0, 500)
}

const script = `mkdir -p /tmp/work
printf '%s' "$CONFIGURATION" >/tmp/buildkitd.toml
printf '%s' "$REGISTRY_CA" >/tmp/${caFile}
printf '%s' "$BUILD_CA" >/tmp/work/${buildCaFile}
${toTrustScript('/tmp/work')}printf 'FROM %s\\nRUN echo proof >/tmp/proof\\n' "$BASE" >/tmp/work/Dockerfile
buildctl-daemonless.sh build --progress=plain --frontend=dockerfile.v0 --local=context=/tmp/work --local=dockerfile=/tmp/work \\
  --metadata-file=/tmp/metadata.json --output=type=image,name="$IMAGE",push=true >/tmp/log 2>&1
code=$?
if [ $code = 0 ]; then sed -n 's/.*"containerimage.digest": *"\\(sha256:[0-9a-f]*\\)".*/\\1/p' /tmp/metadata.json >/dev/termination-log
else tail -c 3000 /tmp/log >/dev/termination-log; fi
exit $code
`

function toPod(wish: {
  namespace: string
  tier: BuildTier
  image: string
  registry: RegistryAccess['registry']
  login: RegistryLogin | undefined
  settings: PreflightContext['settings']
}): V1Pod {
  const { namespace, tier, image, registry, settings } = wish
  const mount = toRegistryMount(proofLoginName, wish.login)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'build', namespace, labels: { ...proofLabels } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true, fsGroup: 1000 },
      containers: [
        {
          name: 'build',
          image: settings.builderImage,
          command: ['/bin/sh', '-c', script],
          env: [
            ...toEnvironment({ settings, registry }),
            ...toBuilderEnvironment('/tmp/buildkitd.toml'),
            ...mount.env,
            { name: 'CONFIGURATION', value: toDaemonConfiguration({ settings, registry, folder: '/tmp' }) },
            { name: 'REGISTRY_CA', value: settings.registryCa ?? '' },
            { name: 'BUILD_CA', value: settings.buildCa ?? '' },
            { name: 'BASE', value: settings.gitImage },
            { name: 'IMAGE', value: image },
          ],
          securityContext: toSecurityContext(tier),
          resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '2', memory: '2Gi' } },
          volumeMounts: [
            { name: 'state', mountPath: '/home/user/.local/share/buildkit' },
            ...mount.volumeMounts,
          ],
        },
      ],
      volumes: [{ name: 'state', emptyDir: { sizeLimit: '2Gi' } }, ...mount.volumes],
    },
  }
}
