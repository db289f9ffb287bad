import { engines } from '../../../shared/domain/add-on.ts'
import type { Plan } from '../../../shared/domain/plan.ts'
import { programsOf } from '../add-on-programs.ts'
import type { ClusterDriver } from '../driver.ts'
import type { FoundImage } from '../image-plan.ts'
import { readImage } from '../image-reader.ts'
import { createApi } from './api.ts'
import { createBuilds } from './builds.ts'
import { createDial } from './dial.ts'
import { openExecution } from './execution.ts'
import { createImagePlaces } from './image-places.ts'
import { keptNowhere } from './kept.ts'
import { openContext } from './kubeconfig.ts'
import type { KubernetesContext, KubernetesDriverDeps } from './kubernetes-deps.ts'
import { appName } from './names.ts'
import { toRegistryAccess } from './registry/access.ts'
import { connectToRegistry } from './registry/connect.ts'
import { isReady } from './release/pods.ts'
import { findRecords } from './release/records.ts'
import { createReleases } from './releases.ts'
import { noneReady, openShell, toShellTarget } from './shell.ts'
import { createSurvey } from './survey/survey.ts'
import { createUsage } from './usage.ts'

/**
 * One context of a kubeconfig as a cluster. Makes no connection before it is asked for something. What it started goes on
 * without it, and is found again by its labels.
 */
export function createKubernetesDriver(deps: KubernetesDriverDeps): ClusterDriver {
  const watchers = new Set<(deploymentId: string) => void>()
  const api = createApi(openContext(deps.settings), deps.noteConnection)
  const registry = toRegistryAccess({
    settings: deps.settings,
    readPassword: deps.readRegistryPassword,
    connect: () => connectToRegistry(api),
  })
  const context: KubernetesContext = {
    ...deps,
    api,
    registry,
    placesOf: createImagePlaces({ settings: deps.settings, registry }),
    changed: deploymentId => {
      for (const watcher of watchers) watcher(deploymentId)
    },
  }
  const builds = createBuilds(context)
  const releases = createReleases(context)
  const shellOf = (deploymentId: string) => {
    const { addOn } = deps.describe(deploymentId)
    return addOn ? programsOf[addOn.engine].shell : undefined
  }
  const { dial, dispose: disposeDial } = createDial(context, releases)

  return {
    advise: async plan => toAdvised(plan),
    async findImage(image) {
      const found = await readImage(image, context.placesOf(image))
      return { ...found, plan: toImageAdvice(found) }
    },
    startBuild: builds.start,
    observeBuild: builds.observe,
    cancelBuild: builds.cancel,
    hasArtifact: builds.hasArtifact,
    collect: builds.collect,
    startCommand: releases.startCommand,
    observeCommand: releases.observeCommand,
    cancelCommand: releases.cancelCommand,
    applyRelease: releases.apply,
    observe: releases.observe,
    stop: releases.stop,
    scale: releases.scale,
    findDrift: releases.findDrift,
    repair: releases.repair,
    ...keptNowhere,
    async remove(deploymentId, keepAs) {
      const place = await releases.remove(deploymentId, { keepsVolume: keepAs !== null })
      await builds.remove(deploymentId)
      await releases.leave(deploymentId)
      return place
    },
    list: releases.list,
    findRecords: () => findRecords(context),
    async count(deploymentId) {
      const [processes, checkouts] = await Promise.all([
        releases.count(deploymentId),
        builds.count(deploymentId),
      ])
      return { processes, checkouts }
    },
    applyDomains: releases.applyDomains,
    observeDomains: releases.observeDomains,
    measureUsage: createUsage(context, releases.placeOf),
    survey: createSurvey(context),
    async openShell(deploymentId, { instance, columns, rows }) {
      const ready = (await releases.podsOf(deploymentId)).filter(isReady)
      const pod = ready.find(({ metadata }) => instance === undefined || metadata?.name === instance)
      if (pod === undefined) throw noneReady()
      return openShell(
        api.config,
        { ...toShellTarget(pod), command: shellOf(deploymentId) },
        { columns, rows },
      )
    },
    async addressOf(deploymentId) {
      const facts = deps.describe(deploymentId)
      return { host: appName(facts, deploymentId), port: engines[facts.addOn?.engine ?? 'postgres'].port }
    },
    async execute(deploymentId, command) {
      const [pod] = (await releases.podsOf(deploymentId)).filter(isReady)
      if (pod === undefined) throw noneReady()
      return openExecution(api.config, { ...toShellTarget(pod), command })
    },
    dial,
    watch(changed) {
      watchers.add(changed)
      return () => {
        watchers.delete(changed)
      }
    },
    async dispose() {
      watchers.clear()
      await Promise.all([builds.dispose(), disposeDial(), releases.dispose()])
      await context.api.dispose()
    },
  }
}

/** Whatever the plan needs comes with the images it is built from. A Dockerfile is built by BuildKit. */
function toAdvised(plan: Plan): Plan {
  if (plan.kind === 'dockerfile') return { ...plan, build: { value: 'buildctl build', origin: plan.label } }
  if (plan.keep === undefined || plan.keep.length === 0) return plan
  const note = `The repository asks to keep ${plan.keep.join(', ')}. In a cluster that has no effect yet: what an app writes ends with its container.`
  return { ...plan, notes: [...plan.notes, note] }
}

function toImageAdvice({ plan, runsAsRoot }: FoundImage): Plan {
  const build = { value: 'pulled by the nodes', origin: plan.label }
  return { ...plan, build, notes: [...plan.notes, ...(runsAsRoot ? [asRoot] : [])] }
}

const asRoot =
  'The image is made to run as root. Nothing runs as root here: it gets the user 1000, which many such images do not bear. Often there is a variant that needs no root, such as nginxinc/nginx-unprivileged for nginx.'
