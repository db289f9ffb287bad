import type { Failure } from '../../../../shared/domain/failure.ts'
import type { BuildLimits } from './build-namespace.ts'
import { diskFull, outOfMemory, toSentence } from './limit-failures.ts'

interface BuildkitFacts {
  readonly limits: BuildLimits
  readonly registry: string
  readonly registryUser: string | null
}

interface Reading {
  readonly pattern: RegExp
  toFailure(found: RegExpExecArray, facts: BuildkitFacts): Failure
}

const mend = 'Its last lines tell why. Mend it in the repository, or change the plan, then deploy again.'
const askOwner = 'Ask whoever runs the cluster; the page of the cluster says what builds need.'

const unfit = (message: string, hint: string): Failure => ({ code: 'cluster_unfit', message, hint })

/** Order is the specification: the first pattern that BuildKit's words match says what failed. */
const readings: readonly Reading[] = [
  { pattern: /no space left on device|disk quota exceeded/i, toFailure: (_, { limits }) => diskFull(limits) },
  {
    pattern: /exit code: 137\b|signal: killed|cannot allocate memory|ResourceExhausted.*memory/i,
    toFailure: (_, { limits }) => outOfMemory(limits),
  },
  {
    pattern: /max_user_namespaces|user namespaces are not enabled/i,
    toFailure: () =>
      unfit(
        'The nodes do not let users make namespaces, which building without privileges needs.',
        'On each node: sysctl -w user.max_user_namespaces=28633',
      ),
  },
  {
    pattern: /apparmor_restrict_unprivileged_userns/i,
    toFailure: () =>
      unfit(
        'AppArmor on the nodes forbids user namespaces, which building without privileges needs.',
        'On each node: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
      ),
  },
  {
    pattern: /failed to share mount point/i,
    toFailure: () =>
      unfit(
        'The nodes do not let a build share its mounts.',
        'Builds in this cluster have to be privileged: slipway cluster add with --privileged-builds allows it.',
      ),
  },
  {
    pattern:
      /newuidmap|newgidmap|fork\/exec \/proc\/self\/exe: operation not permitted|failed to setup UID\/GID map/i,
    toFailure: () => unfit('The cluster does not let BuildKit start without privileges.', askOwner),
  },
  {
    pattern: /target stage "([^"]*)" could not be found/i,
    toFailure: ([, stage]) => ({
      code: 'build_failed',
      message: `The Dockerfile has no stage called ${stage}.`,
      hint: 'Correct the stage in the plan, or name one so in the Dockerfile: FROM ... AS NAME. Then deploy again.',
    }),
  },
  {
    pattern: /(?:dockerfile parse error(?: on)?|failed to parse dockerfile).*?line (\d+): (.+)/i,
    toFailure: ([, line, why = '']) => ({
      code: 'build_failed',
      message: `The Dockerfile has an error in line ${line}: ${toSentence(why)}.`,
      hint: 'Correct it in the repository, then deploy again.',
    }),
  },
  {
    pattern: /(?:dockerfile parse error|failed to read dockerfile|failed to create LLB definition): (.+)/i,
    toFailure: ([, why = '']) => ({
      code: 'build_failed',
      message: `The Dockerfile cannot be followed: ${toSentence(why)}.`,
      hint: 'Correct it in the repository, then deploy again.',
    }),
  },
  {
    pattern:
      /failed to push \S+: .*(?:401|403|unauthorized|forbidden|denied|no basic auth credentials|insufficient_scope|failed to authorize)/is,
    toFailure: (_, { registry, registryUser }) => ({
      code: 'registry_denied',
      message:
        registryUser === null
          ? `The registry ${registry} asks for a user and a password, and none is set.`
          : `The registry ${registry} does not let ${registryUser} push with the password that is set.`,
      hint: 'Set the right ones in the settings of the cluster, then deploy again.',
    }),
  },
  {
    pattern: /failed to push \S+: .*(?:x509|certificate)[^:]*: (.+)/i,
    toFailure: ([, why = ''], { registry }) => ({
      code: 'image_refused',
      message: `Builds do not trust the registry ${registry}: ${toSentence(why)}.`,
      hint: 'Set the certificate of who vouches for it in the settings of the cluster, then deploy again.',
    }),
  },
  {
    pattern: /failed to push \S+: (.+)/i,
    toFailure: ([, why = ''], { registry }) => ({
      code: 'image_refused',
      message: `The registry ${registry} did not take the image: ${toSentence(why)}.`,
      hint: 'See that it runs, has room, and that the cluster may write to it.',
    }),
  },
  {
    pattern:
      /(?:pull access denied|failed to resolve source metadata for|failed to load cache key:) ?(\S+?)(?:: |, )(.*)/i,
    toFailure: ([, image = '', why = '']) => ({
      code: 'image_unavailable',
      message: /not found|404/i.test(why)
        ? `There is no image ${shortImage(image)}, which the build begins from.`
        : `The image ${shortImage(image)}, which the build begins from, cannot be had: ${toSentence(why)}.`,
      hint: /not found|404/i.test(why)
        ? 'Correct its name or tag in FROM, then deploy again.'
        : 'See that the cluster reaches its registry; a mirror can be set for the cluster.',
    }),
  },
  {
    pattern: /process "(?:\/bin\/sh -c )?(.*?)" did not complete successfully: exit code: (\d+)/s,
    toFailure: ([, command = '', code]) => ({
      code: 'build_failed',
      message: `${shortCommand(command)} exited with code ${code}.`,
      hint: mend,
    }),
  },
  {
    pattern: /failed to calculate checksum[^:]*: [^"]*"([^"]+)": not found|"([^"]+)": not found/,
    toFailure: ([, first, second]) => ({
      code: 'build_failed',
      message: `There is no ${first ?? second} to copy.`,
      hint: 'See that it is committed and that no .dockerignore leaves it out, and that what makes it ran. Then deploy again.',
    }),
  },
  {
    pattern: /^(?:error: )?(?:failed to solve: )?(.+)/,
    toFailure: ([, why = '']) => ({
      code: 'build_failed',
      message: `The build failed: ${toSentence(why)}.`,
      hint: mend,
    }),
  },
]

/** What BuildKit said, as it is shown. Undefined: it said nothing. */
export function explainBuildkit(
  facts: { readonly errors: readonly string[] } & BuildkitFacts,
): Failure | undefined {
  const said = facts.errors.filter(error => error !== '')
  for (const { pattern, toFailure } of readings) {
    for (const error of said) {
      const found = pattern.exec(error)
      if (found !== null) return toFailure(found, facts)
    }
  }
  return undefined
}

const shortImage = (image: string): string =>
  image.replace(/^docker\.io\/(?:library\/)?/, '').replace(/:$/, '')

function shortCommand(command: string): string {
  const [line = ''] = command.trim().split('\n')
  return line.length > 120 ? `${line.slice(0, 120)}...` : line
}
