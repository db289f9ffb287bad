import { afterAll, beforeAll } from 'vitest'
import type { BuildOrder } from '../../electron/clusters/driver.ts'
import { apply, kubectl } from './cluster.ts'
import { setUpBuilds } from './cluster-builds.ts'
import { newId } from './cluster-driver.ts'

/** For the tests of a file: images are built in the cluster, and run there as apps do. */
export function setUpImages() {
  const { slipway, orderOf } = setUpBuilds()
  const namespace = `slipway-test-images-${newId()}`

  beforeAll(() =>
    apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    }),
  )

  afterAll(async () => {
    await kubectl('delete', 'namespace', namespace, '--wait=false')
  })

  /** Builds the files in the cluster. The build's namespace is gone afterwards, or on its way. */
  async function build(files: Record<string, string>, more: Partial<BuildOrder> = {}) {
    const { order } = await orderOf(files, more)
    await slipway().driver.startBuild(order)
    const built = await slipway().untilBuild(order)
    const log = await slipway().readBuildLog(order)
    if (built.state !== 'succeeded') throw new Error(`${JSON.stringify(built, null, 1)}\n${log.join('\n')}`)
    await slipway().driver.collect(order.deploymentId, [built.artifact])
    return { ...built, log }
  }

  /** Runs the image as apps run: without rights. The answer at the path. */
  async function ask(artifact: string, options: { port?: number; paths?: string[] } = {}): Promise<string[]> {
    const { port = 4321, paths = ['/'] } = options
    const name = newId()
    await apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'app',
            image: artifact,
            env: [{ name: 'PORT', value: String(port) }],
            readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
            securityContext: {
              allowPrivilegeEscalation: false,
              runAsNonRoot: true,
              capabilities: { drop: ['ALL'] },
              seccompProfile: { type: 'RuntimeDefault' },
            },
          },
        ],
      },
    })
    await kubectl('wait', `--namespace=${namespace}`, '--for=condition=Ready', `pod/${name}`, '--timeout=60s')
    const answers = await Promise.all(
      paths.map(path =>
        kubectl('get', '--raw', `/api/v1/namespaces/${namespace}/pods/${name}:${port}/proxy${path}`).catch(
          (error: Error) => (/the server could not find/.test(error.message) ? '404' : error.message),
        ),
      ),
    )
    await kubectl('delete', `--namespace=${namespace}`, `pod/${name}`, '--wait=false')
    return answers
  }

  return { build, ask }
}
