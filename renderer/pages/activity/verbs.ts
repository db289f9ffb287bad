import {
  type Icon,
  IconAlertTriangle,
  IconArrowBackUp,
  IconCheck,
  IconCircleX,
  IconMinus,
  IconPencil,
  IconPlayerPlay,
  IconPlayerStop,
  IconPlus,
  IconRefresh,
  IconRocket,
  IconTrash,
} from '@tabler/icons-react'
import type { Activity } from '../../../shared/domain/records.ts'

/** Read as "ana deployed blog". */
export const verbLooks = {
  created: { word: 'created', icon: IconPlus, colour: 'var(--grey)' },
  changed: { word: 'changed', icon: IconPencil, colour: 'var(--grey)' },
  deploy: { word: 'deployed', icon: IconRocket, colour: 'var(--blue)' },
  built: { word: 'built', icon: IconCheck, colour: 'var(--green)' },
  build_failed: { word: 'failed to build', icon: IconCircleX, colour: 'var(--red)' },
  build_cancelled: { word: 'cancelled a build of', icon: IconMinus, colour: 'var(--grey)' },
  released: { word: 'released', icon: IconCheck, colour: 'var(--green)' },
  release_failed: { word: 'failed to release', icon: IconCircleX, colour: 'var(--red)' },
  rollback: { word: 'rolled back', icon: IconArrowBackUp, colour: 'var(--blue)' },
  restart: { word: 'restarted', icon: IconRefresh, colour: 'var(--grey)' },
  crashed: { word: 'saw a crash of', icon: IconAlertTriangle, colour: 'var(--red)' },
  stop: { word: 'stopped', icon: IconPlayerStop, colour: 'var(--grey)' },
  start: { word: 'started', icon: IconPlayerPlay, colour: 'var(--grey)' },
  remove: { word: 'began to remove', icon: IconTrash, colour: 'var(--grey)' },
  removed: { word: 'removed', icon: IconTrash, colour: 'var(--grey)' },
} as const satisfies Record<Activity['verb'], { word: string; icon: Icon; colour: string }>
