import type { Build, Deployment, PastRelease } from '../../../shared/domain/records.ts'

export type TimelineEntry =
  | {
      readonly kind: 'release'
      readonly id: string
      readonly at: number
      readonly release: PastRelease
      readonly build: Build | undefined
      readonly canRollBack: boolean
    }
  | { readonly kind: 'build'; readonly id: string; readonly at: number; readonly build: Build }

/** Releases and, where a build ended without one, that build; newest first. */
export function toTimeline(deployment: {
  readonly releases: readonly PastRelease[]
  readonly builds: readonly Build[]
  readonly serving: Deployment['serving']
}): TimelineEntry[] {
  const { releases, builds, serving } = deployment
  const released = new Set(releases.map(release => release.buildId))
  return [
    ...releases.map(release => ({
      kind: 'release' as const,
      id: release.id,
      at: release.createdAt,
      release,
      build: builds.find(build => build.id === release.buildId),
      canRollBack: release.status === 'retired' && release.id !== serving?.id,
    })),
    ...builds
      .filter(build => !released.has(build.id) && (build.status === 'failed' || build.status === 'cancelled'))
      .map(build => ({ kind: 'build' as const, id: build.id, at: build.createdAt, build })),
  ].toSorted((a, b) => b.at - a.at)
}
