import {
  type Icon,
  IconArrowUpRight,
  IconCircle,
  IconCircleDashed,
  IconCircleDot,
  IconCircleFilled,
  IconCircleHalf2,
  IconCircleX,
  IconClock,
  IconLoader2,
  IconMinus,
  IconSquareFilled,
} from '@tabler/icons-react'
import type { BuildStatus, DeploymentStatus, ReleaseStatus } from '../../shared/domain/status.ts'

/** What a person is shown. `degraded` is a live deployment whose health is not what was wanted. */
export type ShownStatus = DeploymentStatus | 'degraded'

export interface StatusLook {
  readonly word: string
  readonly icon: Icon
  readonly colour: string
  readonly motion?: 'spin' | 'fade'
}

/** Status is a word, an icon and a colour, always together; this is the one place that says which. */
export const deploymentLooks = {
  idle: { word: 'Not deployed', icon: IconCircle, colour: 'var(--grey)' },
  queued: { word: 'Queued', icon: IconClock, colour: 'var(--grey)' },
  building: { word: 'Building', icon: IconLoader2, colour: 'var(--blue)', motion: 'spin' },
  releasing: { word: 'Releasing', icon: IconArrowUpRight, colour: 'var(--blue)' },
  live: { word: 'Live', icon: IconCircleFilled, colour: 'var(--green)' },
  degraded: { word: 'Degraded', icon: IconCircleHalf2, colour: 'var(--amber)' },
  failed: { word: 'Failed', icon: IconCircleX, colour: 'var(--red)' },
  stopped: { word: 'Stopped', icon: IconSquareFilled, colour: 'var(--grey)' },
  removing: { word: 'Removing', icon: IconCircleDashed, colour: 'var(--grey)', motion: 'fade' },
} as const satisfies Record<ShownStatus, StatusLook>

export const buildLooks = {
  queued: { word: 'Queued', icon: IconClock, colour: 'var(--grey)' },
  running: { word: 'Building', icon: IconLoader2, colour: 'var(--blue)', motion: 'spin' },
  succeeded: { word: 'Succeeded', icon: IconCircleFilled, colour: 'var(--green)' },
  failed: { word: 'Failed', icon: IconCircleX, colour: 'var(--red)' },
  cancelled: { word: 'Cancelled', icon: IconMinus, colour: 'var(--grey)' },
} as const satisfies Record<BuildStatus, StatusLook>

export const releaseLooks = {
  releasing: { word: 'Releasing', icon: IconArrowUpRight, colour: 'var(--blue)' },
  live: { word: 'Live', icon: IconCircleFilled, colour: 'var(--green)' },
  retired: { word: 'Earlier', icon: IconCircleDot, colour: 'var(--grey)' },
  failed: { word: 'Failed', icon: IconCircleX, colour: 'var(--red)' },
} as const satisfies Record<ReleaseStatus, StatusLook>
