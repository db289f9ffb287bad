import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import {
  IconActivity,
  IconArrowBackUp,
  IconExternalLink,
  IconFileSearch,
  IconFileText,
  IconHammer,
  IconKeyboard,
  IconLayoutList,
  IconPlayerPlay,
  IconPlayerStop,
  IconPlus,
  IconRefresh,
  IconRocket,
  IconSearch,
  IconServer,
  IconSettings,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { toRefText } from '../../shared/domain/ref.ts'
import { hasAddress } from '../../shared/domain/worker.ts'
import { deploymentActions, openInBrowser } from '../actions/deployment-actions.ts'
import { everyDeployment } from '../connection/api.ts'
import { shortUrl, shownStatus } from '../status/facts.ts'
import { StatusMark } from '../status/StatusMark.tsx'
import { deploymentLooks } from '../status/status-map.ts'

const iconSize = 16
const shownAtOnce = 12
/** As the page of settings calls them. */
const settingTitles = [
  ...(['Appearance', 'Users', 'GitHub', 'Export and import', 'Notifications', 'Builds at once'] as const),
  ...(['Space for logs', 'Space on the disk', 'Data folder', 'Diagnostics'] as const),
]

/** Everything by name: deployments, what can be done to them, and places. */
export function Palette({ showShortcuts }: { showShortcuts: () => void }) {
  const navigate = useNavigate()
  const [isOpen, setIsOpen] = useState(false)
  // Closed, it does not follow what changes: with thousands of deployments its actions are many.
  const deployments = useQuery({ ...everyDeployment, subscribed: isOpen }).data ?? []

  const groups: SpotlightActionGroupData[] = [
    {
      group: 'Deployments',
      actions: deployments.map(each => ({
        id: each.id,
        label: each.name,
        rightSection: <span className="third">{toRefText(each.branch)}</span>,
        leftSection: <StatusMark look={deploymentLooks[shownStatus(each)]} iconOnly />,
        onClick: () => void navigate({ to: '/deployments/$id', params: { id: each.id } }),
      })),
    },
    {
      group: 'Go to',
      actions: [
        place('Board', <IconLayoutList size={iconSize} />, () => void navigate({ to: '/' })),
        place('Builds', <IconHammer size={iconSize} />, () => void navigate({ to: '/builds' })),
        place('Logs', <IconFileSearch size={iconSize} />, () => void navigate({ to: '/logs' })),
        place('Activity', <IconActivity size={iconSize} />, () => void navigate({ to: '/activity' })),
        place('Clusters', <IconServer size={iconSize} />, () => void navigate({ to: '/clusters' })),
        place('Settings', <IconSettings size={iconSize} />, () => void navigate({ to: '/settings' })),
      ],
    },
    {
      group: 'Settings',
      actions: settingTitles.map(title =>
        place(
          title,
          <IconSettings size={iconSize} />,
          () => void navigate({ to: '/settings', search: { at: title } }),
        ),
      ),
    },
    {
      group: 'Do',
      actions: [
        place('New deployment', <IconPlus size={iconSize} />, () => void navigate({ to: '/new' })),
        place('Add a cluster', <IconPlus size={iconSize} />, () => void navigate({ to: '/clusters/new' })),
        place('Keyboard shortcuts', <IconKeyboard size={iconSize} />, showShortcuts),
        ...deployments.flatMap(each => [
          place(
            `Deploy ${each.name}`,
            <IconRocket size={iconSize} />,
            () => void deploymentActions.deploy(each),
          ),
          place(
            `Log of ${each.name}`,
            <IconFileText size={iconSize} />,
            () => void navigate({ to: '/deployments/$id/log', params: { id: each.id } }),
          ),
          ...(each.serving !== null && each.serving.number > 1
            ? [
                place(
                  `Roll back ${each.name}`,
                  <IconArrowBackUp size={iconSize} />,
                  () => void deploymentActions.rollbackToPrevious(each),
                ),
              ]
            : []),
          each.wanted === 'stopped'
            ? place(
                `Start ${each.name}`,
                <IconPlayerPlay size={iconSize} />,
                () => void deploymentActions.start(each),
              )
            : place(
                `Stop ${each.name}`,
                <IconPlayerStop size={iconSize} />,
                () => void deploymentActions.stop(each),
              ),
          place(
            `Restart ${each.name}`,
            <IconRefresh size={iconSize} />,
            () => void deploymentActions.restart(each),
          ),
          ...(hasAddress(each)
            ? [
                place(`Open ${shortUrl(each.url)}`, <IconExternalLink size={iconSize} />, () =>
                  openInBrowser(each.url),
                ),
              ]
            : []),
        ]),
      ],
    },
  ]

  return (
    <Spotlight
      actions={groups}
      shortcut="mod + K"
      onSpotlightOpen={() => setIsOpen(true)}
      onSpotlightClose={() => setIsOpen(false)}
      tagsToIgnore={[]}
      nothingFound="Nothing has this name."
      limit={shownAtOnce}
      highlightQuery={false}
      scrollable
      maxHeight={420}
      overlayProps={{ backgroundOpacity: 0.35 }}
      transitionProps={{ duration: 100, transition: 'fade' }}
      title="Search or jump to"
      classNames={{ header: 'visually-hidden' }}
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      searchProps={{
        leftSection: <IconSearch size={iconSize} aria-hidden />,
        placeholder: 'Search or jump to…',
        'aria-label': 'Search or jump to',
      }}
    />
  )
}

const place = (label: string, icon: React.ReactNode, onClick: () => void) => ({
  id: label,
  label,
  leftSection: icon,
  onClick,
})
