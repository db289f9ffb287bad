import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { BuildOrder } from '../../electron/clusters/driver.ts'
import { apply, clusterTest, kubectl } from '../support/cluster.ts'
import { setUpBuilds } from '../support/cluster-builds.ts'
import { newId } from '../support/cluster-driver.ts'
import { readImage } from '../support/image-content.ts'

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

describe('what is built in the cluster runs without rights, at the port that it is given', () => {
  clusterTest('a Node app with packages', async () => {
    const { artifact, steps } = await build({
      'package.json': JSON.stringify({
        name: 'app',
        scripts: { build: "node -e \"fs.writeFileSync('built.txt', 'built')\"", start: 'node server.js' },
        dependencies: { ms: '2.1.3' },
      }),
      'package-lock.json': JSON.stringify({
        name: 'app',
        lockfileVersion: 3,
        packages: { '': { dependencies: { ms: '2.1.3' } }, 'node_modules/ms': { version: '2.1.3' } },
      }),
      'server.js': `const text = require('fs').readFileSync('built.txt', 'utf8') + require('ms')('2 days') + process.getuid()
        require('http').createServer((_, r) => r.end(text)).listen(process.env.PORT)`,
    })
    expect(steps.map(step => [step.name, step.status])).toEqual(
      ['plan', 'fetch', 'install', 'build', 'pack'].map(name => [name, 'succeeded']),
    )
    expect(await ask(artifact)).toEqual(['built1728000001000'])
  })

  clusterTest('a Go program with a module', async () => {
    const { artifact } = await build({
      'go.mod': 'module example.org/app\n\ngo 1.22\n\nrequire github.com/google/uuid v1.6.0\n',
      'go.sum': [
        'github.com/google/uuid v1.6.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=',
        'github.com/google/uuid v1.6.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=\n',
      ].join('\n'),
      'main.go': `package main
import ("fmt"; "net/http"; "os"; "github.com/google/uuid")
func main() {
  http.ListenAndServe(":"+os.Getenv("PORT"), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
    fmt.Fprint(w, "go ", uuid.Nil, " ", os.Getuid())
  }))
}
`,
    })
    expect(await ask(artifact)).toEqual(['go 00000000-0000-0000-0000-000000000000 1000'])
  })

  clusterTest('static files, with a page for what is not there', async () => {
    const { artifact } = await build({
      'index.html': 'start',
      'about.html': 'about us',
      '404.html': 'nothing here',
      '.env': 'SECRET=1',
      'docs/index.html': 'documents',
    })
    const paths = ['/', '/about', '/docs/', '/.env', '/nowhere', '/.git/HEAD']
    expect(await ask(artifact, { port: 8123, paths })).toEqual([
      'start',
      'about us',
      'documents',
      '404',
      '404',
      '404',
    ])
  })

  clusterTest('a site that npm builds, of which one page answers for all', async () => {
    const { artifact } = await build(
      {
        'package.json': JSON.stringify({
          name: 'site',
          scripts: {
            build: 'mkdir -p dist && cp page.html dist/index.html && echo $VITE_TITLE >>dist/index.html',
          },
          devDependencies: {},
        }),
        'page.html': 'page ',
        'slipway.json': JSON.stringify({ output: 'dist', fallback: 'index.html', start: '' }),
        'server.js': '',
      },
      { variables: { VITE_TITLE: 'hello' } },
    )
    expect(await ask(artifact, { paths: ['/', '/deep/link'] })).toEqual(['page hello', 'page hello'])
  })

  clusterTest('a shell script', async () => {
    const { artifact } = await build({
      'start.sh': `#!/bin/sh
perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1);
while ($c = $s->accept) { <$c>; print $c "HTTP/1.0 200 OK\\r\\n\\r\\nperl"; close $c }'
`,
    })
    expect(await ask(artifact)).toEqual(['perl'])
  })
})

clusterTest(
  'a Dockerfile of a subfolder is built up to a stage, with an argument and files from above it',
  async () => {
    const { artifact, plan, log } = await build(
      {
        'apps/web/docker/Dockerfile': [
          'FROM node:24-slim AS base',
          'ARG GREETING=none',
          'COPY shared/words.txt /words.txt',
          'RUN echo "$GREETING from $(cat /words.txt)" >/said.txt && echo "greeting $GREETING"',
          'FROM base AS web',
          'EXPOSE 4321',
          'USER 1000',
          `CMD ["node", "-e", "require('http').createServer((_, r) => r.end(require('fs').readFileSync('/said.txt'))).listen(process.env.PORT)"]`,
          'FROM base AS worker',
          'RUN exit 1',
        ].join('\n'),
        'shared/words.txt': 'above',
        'slipway.json': JSON.stringify({ folder: 'apps/web', dockerfile: 'docker/Dockerfile', context: '' }),
      },
      { planEdits: { target: 'web', arguments: { GREETING: 'good day' } } },
    )
    expect(plan).toMatchObject({ kind: 'dockerfile', root: 'apps/web', port: { value: 4321 } })
    expect(log.some(line => /^#\d+ greeting good day$/.test(line))).toBe(true)
    expect(await ask(artifact)).toEqual(['good day from above'])
  },
)

describe('a secret of a build', () => {
  const secret = `s3cret-${randomBytes(12).toString('hex')}`
  const shown = `shown-${randomBytes(6).toString('hex')}`
  const variables = { API_KEY: secret, TITLE: shown }

  clusterTest(
    'reaches the commands of a plan, and is in no layer, history, configuration or log',
    async () => {
      const { artifact, log } = await build(
        {
          'package.json': JSON.stringify({
            name: 'app',
            scripts: {
              build: 'echo key $API_KEY and $TITLE && printf %s $API_KEY | wc -c >length.txt',
              start: 'node server.js',
            },
          }),
          'server.js': `require('http').createServer((_, r) => r.end(require('fs').readFileSync('length.txt', 'utf8').trim() + (process.env.API_KEY ?? ' none')))
          .listen(process.env.PORT)`,
        },
        { variables, secrets: [secret] },
      )
      const { config, layers } = await readImage(artifact, 'library/node:24-slim')
      expect(layers.length).toBeGreaterThan(0)
      expect([config, ...layers, ...log].filter(text => text.includes(secret))).toEqual([])
      expect(log.filter(line => /^#\d+ key/.test(line))).toEqual([
        expect.stringMatching(new RegExp(`^#\\d+ key \\*\\*\\* and ${shown}$`)),
      ])
      expect(await ask(artifact)).toEqual([`${secret.length} none`])
    },
  )

  clusterTest(
    'reaches a Dockerfile of the repository as a mount; what is no secret, as an argument that it declares',
    async () => {
      const { artifact, log } = await build(
        {
          Dockerfile: [
            'FROM debian:bookworm-slim',
            'ARG TITLE',
            'ARG API_KEY=none',
            'ARG OTHER=other',
            'RUN --mount=type=secret,id=API_KEY echo "mounted $(wc -c </run/secrets/API_KEY) $TITLE $API_KEY $OTHER"',
            'USER 1000',
            'CMD ["sleep", "60"]',
          ].join('\n'),
        },
        { variables: { ...variables, OTHER: secret }, secrets: [secret] },
      )
      const { config, layers } = await readImage(artifact, 'library/debian:bookworm-slim')
      expect([config, ...layers, ...log].filter(text => text.includes(secret))).toEqual([])
      expect(log.filter(line => / mounted /.test(line) && !/RUN/.test(line))).toEqual([
        expect.stringMatching(new RegExp(`^#\\d+ mounted ${secret.length} ${shown} none other$`)),
      ])
    },
  )

  clusterTest('that changes is seen by the next build, though nothing else changed', async () => {
    const files = {
      'package.json': JSON.stringify({
        name: 'app',
        scripts: { build: 'echo "title is $TITLE"', start: 'node server.js' },
      }),
      'server.js': '',
    }
    const deploymentId = newId()
    const said = (log: string[]) =>
      log.filter(line => /^#\d+ title is/.test(line)).map(line => line.replace(/^#\d+ /, ''))
    const first = await build(files, { deploymentId, variables: { TITLE: 'one' } })
    const second = await build(files, { deploymentId, variables: { TITLE: 'two' } })
    const third = await build(files, { deploymentId, variables: { TITLE: 'two' } })
    expect([first, second, third].map(one => said(one.log))).toEqual([['title is one'], ['title is two'], []])
    expect(third.log.some(line => /npm run build: cached$/.test(line))).toBe(true)
  })
})
