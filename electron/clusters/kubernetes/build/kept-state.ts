import type { V1Container, V1EnvVar, V1PodSecurityContext, V1Volume } from '@kubernetes/client-node'
import { keptDisk } from './build-namespace.ts'

/** What BuildKit has of earlier builds, in a volume. `isNew`: nothing was ever written there. */
export interface KeptState {
  /** The claim, in the namespace of the build. */
  readonly claim: string
  readonly isNew: boolean
}

/** Of GiB. */
export const toKibibytes = (gibibytes: number): number => Math.round(gibibytes * 1024 ** 2)

const folder = '/var/lib/slipway'
export const keptMount = { name: 'kept', mountPath: folder }

export const toKeptVolume = ({ claim }: KeptState): V1Volume => ({
  name: keptMount.name,
  persistentVolumeClaim: { claimName: claim },
})

/** Whose state it is: another builder begins anew. */
export const toKeptEnvironment = (builderImage: string): V1EnvVar[] => [
  { name: 'KEPT_BY', value: builderImage },
]

/** Files of a state belong to many users: where a volume is given to one, that is done once and not to all of them each time. */
export const keptSecurity: V1PodSecurityContext = { fsGroupChangePolicy: 'OnRootMismatch' }

/** Some provisioners make folders that belong to root alone. What cannot be given is not used. */
export const toGivingContainer = (image: string): V1Container => ({
  name: 'give-state',
  image,
  command: ['/bin/sh', '-c', `chown 1000:1000 ${folder} || true`],
  securityContext: {
    runAsUser: 0,
    runAsNonRoot: false,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'], add: ['CHOWN'] },
  },
  resources: {
    requests: { cpu: '10m', memory: '16Mi', 'ephemeral-storage': '1Mi' },
    limits: { cpu: '100m', memory: '64Mi', 'ephemeral-storage': '16Mi' },
  },
  volumeMounts: [keptMount],
})

/**
 * Sets `state` and `limit` (KiB) to those of the kept volume where there is one. A file says that the last build ended by itself,
 * and with which builder: without it, what is there may be half written, and is thrown away. Its files belong to users that only
 * a user namespace has.
 */
export const toTakeState = (buildDisk: number): string => `kept=${folder}
[ -w "$kept" ] || kept=
if [ -n "$kept" ] && [ -e $kept/buildkit ] && [ "$(cat $kept/whole 2>/dev/null)" != "$KEPT_BY" ]; then
  rootlesskit rm -rf $kept/buildkit || kept=
fi
if [ -n "$kept" ]; then
  rm -f $kept/whole
  mkdir -p $kept/buildkit
  state=$kept/buildkit
  limit=${toKibibytes(buildDisk + keptDisk)}
  export BUILDKITD_FLAGS="$BUILDKITD_FLAGS --root=$state"
  if [ "$(cat $kept/size 2>/dev/null || echo 0)" -gt ${toKibibytes(keptDisk)} ]; then
    rm -f $kept/size
    buildctl-daemonless.sh prune --keep-storage ${(keptDisk * 1024) / 2} >/dev/null 2>&1 ||
      rootlesskit rm -rf $state
  fi
fi
`

/**
 * Knows `code` of the build, and whether it was `stopped`. Of one that a signal ended, BuildKit may still be writing: what it leaves
 * is not whole.
 */
export const leaveState = `if [ -n "$kept" ] && [ -z "$stopped" ] && [ $code -le 128 ] && ! pidof buildkitd >/dev/null 2>&1; then
  echo "$KEPT_BY" >$kept/whole
fi
`
