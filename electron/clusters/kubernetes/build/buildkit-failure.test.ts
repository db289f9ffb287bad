import { expect, test } from 'vitest'
import { defaultLimits } from '../../../../shared/domain/cluster-limits.ts'
import { explainBuildkit } from './buildkit-failure.ts'

const say = (...errors: string[]) =>
  explainBuildkit({ errors, registry: 'registry.example', registryUser: null, limits: defaultLimits })

test.each([
  [
    'error: failed to solve: target stage "web" could not be found',
    'build_failed',
    'The Dockerfile has no stage called web.',
  ],
  [
    'error: failed to solve: dockerfile parse error on line 2: unknown instruction: RUM (did you mean RUN?)',
    'build_failed',
    'The Dockerfile has an error in line 2: unknown instruction: RUM (did you mean RUN?).',
  ],
  [
    'error: failed to solve: nope:1: failed to resolve source metadata for docker.io/library/nope:1: docker.io/library/nope:1: not found',
    'image_unavailable',
    'There is no image nope:1, which the build begins from.',
  ],
  [
    'failed to resolve source metadata for ghcr.io/a/b:1: failed to do request: dial tcp: i/o timeout',
    'image_unavailable',
    'The image ghcr.io/a/b:1, which the build begins from, cannot be had: failed to do request: dial tcp: i/o timeout.',
  ],
  [
    'process "/bin/sh -c npm run build" did not complete successfully: exit code: 3',
    'build_failed',
    'npm run build exited with code 3.',
  ],
  [
    'process "/bin/sh -c make" did not complete successfully: exit code: 137',
    'out_of_memory',
    'The build needed more memory than the 4 GiB that it may have.',
  ],
  [
    'failed to compute cache key: failed to calculate checksum of ref a::b: "/missing.txt": not found',
    'build_failed',
    'There is no /missing.txt to copy.',
  ],
  [
    'error: failed to solve: failed to push registry.example/a:b: unexpected status: 401 Unauthorized',
    'registry_denied',
    'The registry registry.example asks for a user and a password, and none is set.',
  ],
  [
    'write /big: no space left on device',
    'disk_full',
    'The build wrote more than the 4 GiB of disk that it may have.',
  ],
  [
    '[rootlesskit:parent] error: failed to start the child: fork/exec /proc/self/exe: operation not permitted',
    'cluster_unfit',
    'The cluster does not let BuildKit start without privileges.',
  ],
  [
    'failed to start: /proc/sys/kernel/apparmor_restrict_unprivileged_userns is set',
    'cluster_unfit',
    'AppArmor on the nodes forbids user namespaces, which building without privileges needs.',
  ],
  [
    'open /proc/sys/user/max_user_namespaces: needs to be set to non-zero',
    'cluster_unfit',
    'The nodes do not let users make namespaces, which building without privileges needs.',
  ],
  [
    'failed to share mount point: /: permission denied',
    'cluster_unfit',
    'The nodes do not let a build share its mounts.',
  ],
  ['error: failed to solve: something new', 'build_failed', 'The build failed: something new.'],
])('%s', (error, code, message) => {
  expect(say(error)).toMatchObject({ code, message })
})

test('of several errors the one that says most counts', () => {
  expect(
    say('something else', 'process "/bin/sh -c x" did not complete successfully: exit code: 1'),
  ).toMatchObject({
    message: 'x exited with code 1.',
  })
})

test('nothing said is no reason', () => {
  expect(say()).toBeUndefined()
})
