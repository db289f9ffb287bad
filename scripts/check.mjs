// `npm run check`: everything that must hold before a change lands. `--without-tests` where they ran already.
import { spawnSync } from 'node:child_process'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const run = path.join(root, 'scripts', 'run.mjs')

const steps = [
  ['format, lint and layers', ['tool', 'biome', 'ci', '--error-on-warnings', '.']],
  ['types', ['tool', 'tsc', '--noEmit']],
  ['build', ['build']],
  ...(process.argv.includes('--without-tests') ? [] : [['tests', ['test']]]),
  ['unused code', ['tool', 'knip']],
]

const before = tree()
for (const [name, args] of steps) {
  console.log(`\n== ${name}`)
  const { status } = spawnSync(process.execPath, [run, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) end(`${name} failed.`)
}
if (tree() !== before) end(`The check changed the working tree:\n${tree()}`)
console.log('\nAll checks passed.')

function tree() {
  return spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).stdout
}

function end(message) {
  console.error(`\n${message}`)
  process.exit(1)
}
