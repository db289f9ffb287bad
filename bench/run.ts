/**
 * `npm run bench`, or `npm run bench -- log queries` for some: ratios of Slipway to the same thing by hand, or to what it may take, taken in one run. Prints a table, writes JSON to
 * `bench/output/`. A bench whose reference did not run fails; a missed aim is named, and fails with `--strict`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchBoard } from './board.ts'
import { benchClusterBuild } from './cluster-build.ts'
import { benchClusterRelease } from './cluster-release.ts'
import { benchDeploy } from './deploy.ts'
import { benchLogPath } from './log-path.ts'
import { benchPushes } from './pushes.ts'
import { benchQueries } from './queries.ts'
import { benchRepositories } from './repositories.ts'
import { type Result, toTable } from './result.ts'
import { benchWindow } from './window.ts'

const benches = {
  queries: benchQueries,
  deploy: benchDeploy,
  repositories: benchRepositories,
  pushes: benchPushes,
  window: benchWindow,
  board: benchBoard,
  log: benchLogPath,
  'cluster-release': benchClusterRelease,
  'cluster-build': benchClusterBuild,
} satisfies Record<string, () => Result[] | Promise<Result[]>>

const wanted = process.argv.slice(2).filter(one => !one.startsWith('--'))
const unknown = wanted.find(one => !Object.hasOwn(benches, one))
if (unknown !== undefined)
  throw new Error(`There is no bench ${unknown}; there are ${Object.keys(benches).join(', ')}.`)

const results: Result[] = []
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length === 0 || wanted.includes(name)) results.push(...(await bench()))
}
const folder = join(import.meta.dirname, 'output')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`)
console.log(toTable(results))

const missed = results.filter(one => one.ratio > one.aim)
for (const one of missed)
  console.log(`Missed: ${one.name} is ${one.ratio.toFixed(2)}, aimed at ${one.aim.toFixed(2)} at the most.`)
if (missed.length > 0 && process.argv.includes('--strict')) process.exitCode = 1
