import { describe, expect } from 'vitest'
import { setUpImages } from '../support/built-images.ts'
import { clusterTest } from '../support/cluster.ts'

const { build, ask } = setUpImages()

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

  const ms = 'sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA=='
  clusterTest.each([
    {
      manager: 'pnpm',
      start: 'node server.js',
      locks: {
        'pnpm-lock.yaml': [
          "lockfileVersion: '9.0'",
          'importers:',
          '  .:',
          '    dependencies:',
          '      ms: {specifier: 2.1.3, version: 2.1.3}',
          'packages:',
          '  ms@2.1.3:',
          `    resolution: {integrity: ${ms}}`,
          'snapshots:',
          '  ms@2.1.3: {}',
          '',
        ].join('\n'),
      },
    },
    {
      manager: 'yarn',
      start: 'node server.js',
      locks: {
        // Without the address of a registry, so that the one which is set is asked.
        'yarn.lock': `# yarn lockfile v1\n\n\nms@2.1.3:\n  version "2.1.3"\n  integrity ${ms}\n`,
      },
    },
    {
      manager: 'bun',
      start: 'bun server.js',
      locks: {
        'bun.lock': JSON.stringify({
          lockfileVersion: 1,
          workspaces: { '': { name: 'app', dependencies: { ms: '2.1.3' } } },
          packages: { ms: ['ms@2.1.3', '', {}, ms] },
        }),
      },
    },
  ])('an app with a package of $manager', async ({ start, locks }) => {
    const { artifact } = await build({
      'package.json': JSON.stringify({ name: 'app', scripts: { start }, dependencies: { ms: '2.1.3' } }),
      'server.js': `const text = require('ms')('2 days') + ' ' + process.getuid()
        require('http').createServer((_, r) => r.end(text)).listen(process.env.PORT)`,
      ...locks,
    })
    expect(await ask(artifact)).toEqual(['172800000 1000'])
  })

  clusterTest('a Python program', async () => {
    const { artifact } = await build({
      'requirements.txt': '# None is needed.\n',
      'main.py': [
        'import os',
        'from http.server import BaseHTTPRequestHandler, HTTPServer',
        'class Page(BaseHTTPRequestHandler):',
        '    def do_GET(self):',
        '        self.send_response(200)',
        '        self.end_headers()',
        '        self.wfile.write(f"python {os.getuid()}".encode())',
        'HTTPServer(("", int(os.environ["PORT"])), Page).serve_forever()',
      ].join('\n'),
    })
    expect(await ask(artifact)).toEqual(['python 1000'])
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
