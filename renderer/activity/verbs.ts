import {
  type Icon,
  IconAlertTriangle,
  IconArrowBackUp,
  IconArrowRight,
  IconArrowsMaximize,
  IconCheck,
  IconCircleX,
  IconDownload,
  IconGitCommit,
  IconLogin2,
  IconLogout2,
  IconMinus,
  IconPencil,
  IconPlayerPlay,
  IconPlayerStop,
  IconPlugConnected,
  IconPlugConnectedX,
  IconPlus,
  IconRefresh,
  IconRocket,
  IconTrash,
  IconUpload,
  IconUserEdit,
  IconUserMinus,
  IconUserPlus,
} from '@tabler/icons-react'
import type { Activity } from '../../shared/domain/records.ts'

export interface VerbLook {
  readonly word: string
  readonly icon: Icon
  readonly colour: string
  readonly isResult?: true
}

/** Read as "ana deployed blog" or, where nobody did it, "blog failed to build". */
export const verbLooks = {
  created: { word: 'created', icon: IconPlus, colour: 'var(--grey)' },
  changed: { word: 'changed', icon: IconPencil, colour: 'var(--grey)' },
  deploy: { word: 'deployed', icon: IconRocket, colour: 'var(--blue)' },
  pushed: { word: 'was deployed by a push', isResult: true, icon: IconGitCommit, colour: 'var(--blue)' },
  push_skipped: { word: 'passed over a push', isResult: true, icon: IconGitCommit, colour: 'var(--grey)' },
  push_unknown: {
    word: 'cannot see what is pushed',
    isResult: true,
    icon: IconAlertTriangle,
    colour: 'var(--amber)',
  },
  built: { word: 'was built', isResult: true, icon: IconCheck, colour: 'var(--green)' },
  build_failed: { word: 'failed to build', isResult: true, icon: IconCircleX, colour: 'var(--red)' },
  build_cancelled: { word: 'cancelled a build of', icon: IconMinus, colour: 'var(--grey)' },
  released: { word: 'was released', isResult: true, icon: IconCheck, colour: 'var(--green)' },
  release_failed: { word: 'failed to start', isResult: true, icon: IconCircleX, colour: 'var(--red)' },
  rollback: { word: 'rolled back', icon: IconArrowBackUp, colour: 'var(--blue)' },
  restart: { word: 'restarted', icon: IconRefresh, colour: 'var(--grey)' },
  scale: { word: 'scaled', icon: IconArrowsMaximize, colour: 'var(--grey)' },
  scale_refused: {
    word: 'could not be scaled',
    isResult: true,
    icon: IconAlertTriangle,
    colour: 'var(--amber)',
  },
  crashed: { word: 'crashed', isResult: true, icon: IconAlertTriangle, colour: 'var(--red)' },
  stop: { word: 'stopped', icon: IconPlayerStop, colour: 'var(--grey)' },
  start: { word: 'started', icon: IconPlayerPlay, colour: 'var(--grey)' },
  restored: { word: 'restored the database from', icon: IconArrowBackUp, colour: 'var(--amber)' },
  exported: { word: 'exported the platform', icon: IconDownload, colour: 'var(--grey)' },
  imported: { word: 'imported', icon: IconUpload, colour: 'var(--grey)' },
  forgotten: { word: 'forgot', icon: IconMinus, colour: 'var(--amber)' },
  read_back: { word: 'read back', icon: IconDownload, colour: 'var(--grey)' },
  given: { word: 'gave', icon: IconArrowRight, colour: 'var(--grey)' },
  user_added: { word: 'added the user', icon: IconUserPlus, colour: 'var(--grey)' },
  user_renamed: { word: 'renamed the user', icon: IconUserEdit, colour: 'var(--grey)' },
  signed_in: { word: 'signed in at GitHub as', icon: IconLogin2, colour: 'var(--green)' },
  signed_out: { word: 'signed out of GitHub as', icon: IconLogout2, colour: 'var(--grey)' },
  user_removed: { word: 'removed the user', icon: IconUserMinus, colour: 'var(--grey)' },
  remove: { word: 'began to remove', icon: IconTrash, colour: 'var(--grey)' },
  attached: { word: 'attached a database to', icon: IconPlugConnected, colour: 'var(--grey)' },
  detached: { word: 'detached a database from', icon: IconPlugConnectedX, colour: 'var(--grey)' },
  backed_up: { word: 'backed up', icon: IconDownload, colour: 'var(--grey)' },
  data_restored: { word: 'restored the data of', icon: IconArrowBackUp, colour: 'var(--amber)' },
  removed: { word: 'was removed', isResult: true, icon: IconTrash, colour: 'var(--grey)' },
} as const satisfies Record<Activity['verb'], VerbLook>
