import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'
import renderer from './renderer/vite.config.ts'

const root = import.meta.dirname
/** Of the GitHub app that the bundle signs in with, unless it is set where it runs. */
const clientId = process.env.SLIPWAY_GITHUB_CLIENT_ID

/** The main process reads the SQL of its database beside itself. */
const copyMigrations: Plugin = {
  name: 'slipway:copy-migrations',
  async writeBundle(options) {
    const from = join(root, 'electron', 'database', 'migrations')
    await cp(from, join(options.dir ?? '', 'migrations'), { recursive: true })
  },
}

/** Every program that runs on Node. They lie flat in `out/main`, chunks too, so that each finds what is beside it. */
const programs = {
  main: join(root, 'electron', 'main.ts'),
  serve: join(root, 'electron', 'serve.ts'),
  cli: join(root, 'electron', 'cli.ts'),
  supervisor: join(root, 'electron', 'clusters', 'local', 'supervisor.ts'),
  'regex-worker': join(root, 'electron', 'logs', 'regex-worker.ts'),
  'static-server': join(root, 'electron', 'clusters', 'local', 'static-server.ts'),
}

export default defineConfig({
  main: {
    plugins: [copyMigrations],
    define:
      clientId === undefined ? {} : { 'process.env.SLIPWAY_GITHUB_CLIENT_ID': JSON.stringify(clientId) },
    build: {
      target: 'node20.18',
      externalizeDeps: false,
      rolldownOptions: {
        input: programs,
        external: ['better-sqlite3', 'keytar', '@lydell/node-pty'],
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node20.18',
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: join(root, 'electron', 'preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    ...renderer,
    root: join(root, 'renderer'),
    build: {
      ...renderer.build,
      outDir: join(root, 'out', 'renderer'),
      minify: true,
      rolldownOptions: { input: join(root, 'renderer', 'index.html') },
    },
  },
})
