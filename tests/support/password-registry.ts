import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { bcrypt } from '../../electron/clusters/kubernetes/registry/bcrypt.ts'
import { makeCertificate } from './certificate.ts'
import { administrator, apply, clusterProgram, kubectl } from './cluster.ts'

/** The node, as itself and pods see it. */
const nodeAddress = '10.10.0.1'

/** A registry in the test cluster that lets in one user alone; with TLS by a CA that was made for it. */
export async function startPasswordRegistry(options: { hasTls: boolean }) {
  const id = randomBytes(4).toString('hex')
  const namespace = `slipway-test-registry-${id}`
  const port = 21_000 + (Number.parseInt(id.slice(0, 4), 16) % 8000)
  const address = `${nodeAddress}:${port}`
  const user = 'ci'
  const password = `pass-${randomBytes(12).toString('hex')}`
  const tls = options.hasTls ? makeCertificate(`IP:${nodeAddress},IP:127.0.0.1`) : undefined
  const settings = {
    REGISTRY_HTTP_ADDR: `:${port}`,
    REGISTRY_STORAGE_DELETE_ENABLED: 'true',
    REGISTRY_AUTH: 'htpasswd',
    REGISTRY_AUTH_HTPASSWD_REALM: 'registry',
    REGISTRY_AUTH_HTPASSWD_PATH: '/login/htpasswd',
    ...(tls === undefined
      ? {}
      : { REGISTRY_HTTP_TLS_CERTIFICATE: '/login/tls.crt', REGISTRY_HTTP_TLS_KEY: '/login/tls.key' }),
  }
  await apply(
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login', namespace },
      stringData: {
        htpasswd: `${user}:${bcrypt(password, randomBytes(16))}\n`,
        ...(tls === undefined ? {} : { 'tls.crt': tls.certificate, 'tls.key': tls.key }),
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'registry', namespace },
      spec: {
        hostNetwork: true,
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'registry',
            image: 'docker.io/library/registry:2',
            env: Object.entries(settings).map(([name, value]) => ({ name, value })),
            readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
            volumeMounts: [{ name: 'login', mountPath: '/login' }],
          },
        ],
        volumes: [{ name: 'login', secret: { secretName: 'login' } }],
      },
    },
  )
  await kubectl('wait', `--namespace=${namespace}`, '--for=condition=Ready', 'pod/registry', '--timeout=60s')
  trustOnNode(address, tls?.ca)
  const forward = await openForward(namespace, port)

  return {
    registry: { address, hostAddress: forward.address, isPlainHttp: tls === undefined },
    user,
    password,
    ca: tls?.ca ?? null,
    async dispose(): Promise<void> {
      forward.process.kill()
      clusterProgram('exec', 'rm', '-rf', configurationOf(address))
      await kubectl('delete', 'namespace', namespace, '--wait=false')
    },
  }
}

/** What whoever runs the nodes does: they are told of the registry and of its CA. */
function trustOnNode(address: string, ca: string | undefined): void {
  const folder = configurationOf(address)
  const scheme = ca === undefined ? 'http' : 'https'
  const hosts = [
    `server = "${scheme}://${address}"`,
    `[host."${scheme}://${address}"]`,
    '  capabilities = ["pull", "resolve"]',
    ...(ca === undefined ? [] : [`  ca = "${folder}/ca.crt"`]),
  ].join('\n')
  clusterProgram('exec', 'mkdir', '-p', folder)
  clusterProgram('exec', 'sh', '-c', `printf '%s\\n' '${hosts}' >${folder}/hosts.toml`)
  if (ca !== undefined) clusterProgram('exec', 'sh', '-c', `printf '%s\\n' '${ca}' >${folder}/ca.crt`)
}

/** Beside those of the registries that the node is told of already. */
function configurationOf(address: string): string {
  const parent = clusterProgram('exec', 'sh', '-c', findConfiguration).trim()
  return `${parent}/${address}`
}
const findConfiguration =
  'tr "\\0" "\\n" </proc/$(pidof -s containerd)/cmdline | grep -A1 -e "^-c$" -e "^--config$" | tail -1 | xargs sed -n "s/.*config_path *= *\\"\\(.*certs.d\\)\\".*/\\1/p"'

/** This computer reaches pods through the API server alone. */
async function openForward(
  namespace: string,
  port: number,
): Promise<{ address: string; process: ChildProcess }> {
  const args = ['--kubeconfig', administrator, '-n', namespace, 'port-forward', 'pod/registry', `:${port}`]
  const process = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const line of createInterface({ input: process.stdout })) {
    const found = /^Forwarding from (127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (found !== undefined) {
      process.stdout.resume()
      return { address: found, process }
    }
  }
  throw new Error('no way to the registry')
}
