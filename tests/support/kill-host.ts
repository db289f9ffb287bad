/**
 * A Slipway of its own process that plays a scenario and may kill itself at a checkpoint. Started again on the same data
 * folder, it goes on where that one was. Prints which checkpoints it passed and what has come of it.
 *
 *     HOME=<folder> node kill-host.ts <KillOptions as JSON>
 */
import { pino } from 'pino'
import { createLocalPlatform } from '../../electron/host.ts'
import { platformEnvironment } from '../../electron/platform/environment.ts'
import { describeOutcome, processesOf } from './kill-outcome.ts'
import { play, tellWhereItHangs, untilStarted } from './kill-play.ts'
import { type ScenarioName, scenarios, starts } from './kill-scenarios.ts'

export interface KillOptions {
  readonly scenario: ScenarioName
  readonly dataFolder: string
  readonly repository: string
  readonly home: string
  /** `<effect>:before` or `<effect>:after`, and at which passing of it. Undefined: undisturbed. */
  readonly kill?: { readonly at: string; readonly nth: number }
}

export interface KillReport {
  /** How often each checkpoint was passed. */
  readonly passed: Record<string, number>
  readonly outcome: Awaited<ReturnType<typeof describeOutcome>>
  /** What still runs when all was stopped. */
  readonly left: string[]
}

const { scenario, dataFolder, repository, home, kill } = JSON.parse(process.argv[2] ?? '') as KillOptions
const passed: Record<string, number> = {}
const environment = { ...platformEnvironment(), dataFolder }
const platform = await createLocalPlatform(environment, pino({ level: 'silent' }), {
  gatewayPort: 0,
  localLimits: { readyMs: 30_000, graceMs: 1000 },
  limits: { crashes: 2, firstBackoffMs: 20 },
  checkpoint: name => {
    passed[name] = (passed[name] ?? 0) + 1
    if (name === kill?.at && passed[name] === kill.nth) process.kill(process.pid, 'SIGKILL')
  },
})

tellWhereItHangs(platform, passed)
await play(scenarios[scenario], {
  platform,
  repository,
  home,
  wish: { planEdits: { build: '. ./build.sh' } },
})
for (const { id } of platform.deployments()) await untilStarted(platform, id, starts[scenario])
const outcome = await describeOutcome(platform, home)
await platform.dispose({ stopApps: true })
process.stdout.write(JSON.stringify({ passed, outcome, left: processesOf(home) } satisfies KillReport))
