import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

const manifest = (content: object) => JSON.stringify({ private: true, ...content })
const nodeServer = (body: string) =>
  `require('node:http').createServer((request, response) => response.end(${body})).listen(process.env.PORT)`
const goServer = (text: string) => `package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "${text}") })
	http.ListenAndServe(":"+os.Getenv("PORT"), nil)
}
`
const lock = JSON.stringify({
  name: 'app',
  lockfileVersion: 3,
  requires: true,
  packages: { '': { name: 'app' } },
})

/** Says which package manager installed it. */
function managed(packageManager: string, agent: string, others: Record<string, string> = {}) {
  return {
    files: {
      'package.json': manifest({
        name: 'app',
        version: '1.0.0',
        packageManager,
        scripts: { postinstall: 'echo $npm_config_user_agent > installed.txt', start: 'node server.js' },
      }),
      'server.js': nodeServer(
        `String(require('fs').readFileSync('installed.txt', 'utf8').startsWith('${agent}.'))`,
      ),
      ...others,
    },
    answers: { '/': [200, 'true'] as [number, string] },
  }
}

/** By plan: the files of a repository, and what some of its pages answer. */
const apps: Record<
  string,
  { files: Record<string, string>; answers: Record<string, [status: number, text: string]> }
> = {
  'a package of npm': {
    files: {
      'package.json': manifest({
        scripts: { start: 'node server.js' },
        dependencies: { 'is-number': '7.0.0' },
      }),
      'server.js': nodeServer("String(require('is-number')(5))"),
    },
    answers: { '/': [200, 'true'] },
  },
  'a start script that asks npm for its version': {
    files: {
      'package.json': manifest({ name: 'app', version: '4.5.6', scripts: { start: 'node server.js' } }),
      'server.js': nodeServer("process.env.npm_package_name + ' ' + process.env.npm_package_version"),
    },
    answers: { '/': [200, 'app 4.5.6'] },
  },
  'an npm workspace': {
    files: {
      'package.json': manifest({ workspaces: ['apps/*', 'lib'] }),
      'lib/package.json': manifest({ name: 'lib', main: 'index.js' }),
      'lib/index.js': "module.exports = 'from the library'",
      'apps/api/package.json': manifest({
        name: 'api',
        scripts: { start: 'node server.js' },
        dependencies: { lib: '*' },
      }),
      'apps/api/server.js': nodeServer("require('lib')"),
    },
    answers: { '/': [200, 'from the library'] },
  },
  'main of package.json': {
    files: {
      'package.json': manifest({ main: 'lib/app.js' }),
      'package-lock.json': lock,
      'lib/app.js': nodeServer("'main'"),
    },
    answers: { '/': [200, 'main'] },
  },
  'a page that is built, with an index for every path': {
    files: {
      'package.json': manifest({
        scripts: {
          build: 'mkdir -p dist/assets && cp page.html dist/index.html && echo code > dist/assets/app.js',
        },
        // Only its name is looked at: the build script does without it.
        optionalDependencies: { vite: 'file:./vite' },
      }),
      'vite/package.json': manifest({ name: 'vite', version: '1.0.0' }),
      'page.html': '<h1>single page</h1>',
    },
    answers: {
      '/': [200, '<h1>single page</h1>'],
      '/some/route': [200, '<h1>single page</h1>'],
      '/assets/app.js': [200, 'code\n'],
      '/assets/gone.js': [404, 'Not found'],
    },
  },
  'plain files': {
    files: {
      'public/index.html': 'home',
      'public/about.html': 'about',
      'public/404.html': 'lost',
      'secret.txt': 'no',
    },
    answers: {
      '/': [200, 'home'],
      '/about': [200, 'about'],
      '/nothing': [404, 'lost'],
      '/../secret.txt': [404, 'lost'],
    },
  },
  'a Go module': {
    files: { 'go.mod': 'module example.com/app\n\ngo 1.22\n', 'main.go': goServer('go') },
    answers: { '/': [200, 'go'] },
  },
  'a Go command of a workspace': {
    files: {
      'go.work': 'go 1.22\n\nuse ./web\n',
      'web/go.mod': 'module example.com/web\n\ngo 1.22\n',
      'web/cmd/server/main.go': goServer('go work'),
    },
    answers: { '/': [200, 'go work'] },
  },
  'a Python script': {
    files: {
      'main.py': `import os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"python")

HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()
`,
    },
    answers: { '/': [200, 'python'] },
  },
  'a shell script': {
    files: { 'start.sh': '#!/bin/sh\nexec node server.js\n', 'server.js': nodeServer("'shell'") },
    answers: { '/': [200, 'shell'] },
  },
  'a Node that .nvmrc asks for, with an npm that knows it': {
    files: {
      '.nvmrc': '18\n',
      'package.json': manifest({
        scripts: { build: 'npm --version > npm.txt', start: 'node server.js' },
        dependencies: { 'is-number': '7.0.0' },
      }),
      'server.js': nodeServer(
        "process.version.split('.')[0] + require('fs').readFileSync('npm.txt', 'utf8').split('.')[0]",
      ),
    },
    answers: { '/': [200, 'v1810'] },
  },
  'pnpm, fetched': managed('pnpm@10.34.9', 'pnpm/10'),
  'yarn 1, fetched': managed('yarn@1.22.22', 'yarn/1'),
  'yarn berry, fetched': managed('yarn@4.18.1', 'yarn/4', {
    '.yarnrc.yml': 'nodeLinker: node-modules\nenableTelemetry: false\n',
  }),
  'bun, fetched': {
    files: {
      'package.json': manifest({
        name: 'app',
        packageManager: 'bun@1.4.5',
        scripts: { postinstall: 'echo bun > installed.txt', start: 'bun server.ts' },
      }),
      'server.ts': `const text: string = await Bun.file('installed.txt').text()
Bun.serve({ hostname: '127.0.0.1', port: process.env.PORT, fetch: () => new Response(text + Bun.version) })`,
    },
    answers: { '/': [200, 'bun\n1.4.5'] },
  },
  deno: {
    files: {
      'deno.json': '{}',
      'main.ts': `Deno.serve({ hostname: '127.0.0.1', port: Number(Deno.env.get('PORT')) }, () => new Response('deno'))`,
    },
    answers: { '/': [200, 'deno'] },
  },
  'a Procfile': {
    files: { Procfile: 'web: node server.js\n', 'server.js': nodeServer("'procfile'") },
    answers: { '/': [200, 'procfile'] },
  },
}

describe('this computer builds and runs', () => {
  const data = createDataFolder()
  let git: GitServer
  let platform: Platform

  beforeAll(async () => {
    git = await startGitServer()
    // What no plan fetches is there as if the person had installed it.
    const installed = join(data.path, 'programs')
    await promisify(execFile)('npm', ['install', '--prefix', installed, '--ignore-scripts', 'deno@2.9.6'])
    process.env.PATH = `${join(installed, 'node_modules', '.bin')}:${process.env.PATH}`
    platform = await startPlatform(data.path)
  })
  afterAll(async () => {
    await platform.dispose({ stopApps: true })
    await git.close()
    data.remove()
  })

  let tries = 0
  test.concurrent.each(Object.entries(apps))('%s', { timeout: 300_000 }, async (_, { files, answers }) => {
    const name = `app-${tries++}`
    await git.createRepository(name, files)
    const { id } = await platform.intents.create(
      { source: { kind: 'git', address: git.url(name) }, branch: '', name, port: null, planEdits: {} },
      asker(platform),
    )
    const ended = await waitForDeployment(
      platform,
      id,
      one => one.health.ready === 1 || one.failure !== null,
      // A computer that never built Go compiles its standard library first, and may have other work.
      270_000,
    )
    expect(ended.failure).toBeNull()
    for (const [path, [status, body]] of Object.entries(answers)) {
      expect([path, await getThroughGateway(platform, name, path)]).toEqual([path, { status, body }])
    }
  })
})
