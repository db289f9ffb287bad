import type { Platform } from '../../electron/platform/platform.ts'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import type { Scene, Step } from './kill-scenarios.ts'

/** One that hangs is ended by TERM, and says how far it had come. */
export function tellWhereItHangs(platform: Platform, passed: Readonly<Record<string, number>>): void {
  process.once('SIGTERM', () => {
    const deployments = platform.deployments().map(({ id, name, status, wanted, health, failure }) => ({
      ...{ name, status, wanted, health, failure },
      releases: platform.reader.releasesOf(id).map(one => [one.number, one.status, one.commandState]),
    }))
    console.error(JSON.stringify({ passed, deployments }, null, 1))
    process.exit(1)
  })
}

/** Goes on after the last step that was asked for, by whichever process, once that one is done. */
export async function play(steps: readonly Step[], scene: Scene): Promise<void> {
  const asked = steps.findLastIndex(step => step.isAsked(scene))
  if (asked >= 0) await settle(steps[asked], scene)
  for (const step of steps.slice(asked + 1)) {
    await step.ask(scene)
    await settle(step, scene)
  }
}

/** An app may be ready before its first line is in the log. */
export async function untilStarted(platform: Platform, id: string, times: number): Promise<void> {
  let starts = 0
  const limit = AbortSignal.timeout(30_000)
  if (times === 0) return
  for await (const batch of platform.logs.follow({ kind: 'runtime', id }, 0, limit)) {
    starts += decodeBatch(batch).filter(line => line.text === 'started').length
    if (starts >= times) return
  }
}

/** What was before the wish may look like its end: nothing is looked at before the wish was. */
async function settle(step: Step | undefined, scene: Scene): Promise<void> {
  await scene.platform.idle()
  const end = new AbortController()
  const changes = scene.platform.changes.watch(end.signal)
  for (let change = changes.next(); !step?.isDone(scene); change = changes.next()) await change
  end.abort()
  await scene.platform.idle()
}
