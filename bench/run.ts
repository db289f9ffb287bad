/**
 * `npm run bench`: ratios of Slipway to the same thing by hand, or to what it may take, taken in one run. Prints a table, writes JSON to
 * `bench/output/`. A bench whose reference did not run fails; a missed aim is named, and fails with `--strict`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchClusterBuild } from './cluster-build.ts'
import { benchClusterRelease } from './cluster-release.ts'
import { benchDeploy } from './deploy.ts'
import { benchLogPath } from './log-path.ts'
import { benchQueries } from './queries.ts'
import { type Result, toTable } from './result.ts'
import { benchWindow } from './window.ts'

const results: Result[] = [
  ...benchQueries(),
  ...(await benchDeploy()),
  ...(await benchWindow()),
  ...(await benchLogPath()),
  ...(await benchClusterRelease()),
  ...(await benchClusterBuild()),
]
const folder = join(import.meta.dirname, 'output')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`)
console.log(toTable(results))

const missed = results.filter(one => one.ratio > one.aim)
for (const one of missed)
  console.log(`Missed: ${one.name} is ${one.ratio.toFixed(2)}, aimed at ${one.aim.toFixed(2)} at the most.`)
if (missed.length > 0 && process.argv.includes('--strict')) process.exitCode = 1
