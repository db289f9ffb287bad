import { ActionIcon, Tooltip } from '@mantine/core'
import {
  type Icon,
  IconActivity,
  IconFileSearch,
  IconHammer,
  IconKeyboard,
  IconLayoutList,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconSettings,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Connection } from '../../shared/domain/cluster.ts'
import { ConnectionMark } from '../clusters/ConnectionMark.tsx'
import { api, everyDeployment, useConnection } from '../connection/api.ts'
import { isActive } from '../status/facts.ts'
import { ActingUser } from './ActingUser.tsx'
import classes from './Rail.module.css'
import { SlipwayMark } from './SlipwayMark.tsx'

export function Rail({
  isCollapsed,
  toggle,
  showShortcuts,
}: {
  isCollapsed: boolean
  toggle: () => void
  showShortcuts: () => void
}) {
  const deployments = useQuery(everyDeployment)
  const builds = deployments.data?.filter(each => isActive(each.latestBuild)).length ?? 0
  const Toggle = isCollapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse
  return (
    <nav className={classes.rail} data-collapsed={isCollapsed} aria-label="Main">
      <div className={classes.brand}>
        <SlipwayMark />
        {!isCollapsed && <span className={classes.brandName}>Slipway</span>}
      </div>
      <ul className={classes.list}>
        <Place
          to="/"
          exact
          icon={IconLayoutList}
          word="Board"
          count={deployments.data?.length ?? 0}
          isCollapsed={isCollapsed}
        />
        <Place to="/builds" icon={IconHammer} word="Builds" count={builds} isCollapsed={isCollapsed} />
        <Place to="/logs" icon={IconFileSearch} word="Logs" isCollapsed={isCollapsed} />
        <Place to="/activity" icon={IconActivity} word="Activity" isCollapsed={isCollapsed} />
      </ul>
      <Clusters isCollapsed={isCollapsed} />
      <ul className={classes.list} data-bottom>
        <Place to="/settings" icon={IconSettings} word="Settings" isCollapsed={isCollapsed} />
      </ul>
      <div className={classes.foot}>
        {!isCollapsed && <ActingUser />}
        <Tooltip label="Keyboard shortcuts">
          <ActionIcon size={28} aria-label="Keyboard shortcuts" onClick={showShortcuts}>
            <IconKeyboard size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={isCollapsed ? 'Widen the sidebar' : 'Collapse the sidebar'}>
          <ActionIcon
            size={28}
            aria-label={isCollapsed ? 'Widen the sidebar' : 'Collapse the sidebar'}
            aria-expanded={!isCollapsed}
            onClick={toggle}
          >
            <Toggle size={16} />
          </ActionIcon>
        </Tooltip>
      </div>
    </nav>
  )
}

function Place({
  to,
  exact = false,
  icon: PlaceIcon,
  word,
  count = 0,
  isCollapsed,
}: {
  to: '/' | '/builds' | '/logs' | '/activity' | '/settings'
  exact?: boolean
  icon: Icon
  word: string
  count?: number
  isCollapsed: boolean
}) {
  return (
    <li>
      <MaybeTooltip label={word} isShown={isCollapsed}>
        <Link
          to={to}
          className={classes.place}
          activeOptions={{ exact, includeSearch: false }}
          activeProps={{ 'data-active': true, 'aria-current': 'page' }}
          aria-label={count > 0 ? `${word}, ${count}` : word}
        >
          <PlaceIcon size={16} stroke={1.75} aria-hidden />
          {!isCollapsed && <span className={classes.word}>{word}</span>}
          {!isCollapsed && count > 0 && <span className={classes.count}>{count}</span>}
        </Link>
      </MaybeTooltip>
    </li>
  )
}

function Clusters({ isCollapsed }: { isCollapsed: boolean }) {
  const clusters = useQuery(api.clusters.list.queryOptions())
  const isOpen = useConnection().phase === 'open'
  if (clusters.data === undefined || clusters.data.length === 0) return null
  return (
    <section className={classes.clusters} aria-label="Clusters">
      {!isCollapsed && (
        <h2 className={classes.heading}>
          <Link to="/clusters" activeOptions={{ exact: true }} activeProps={{ 'aria-current': 'page' }}>
            Clusters
          </Link>
        </h2>
      )}
      <ul className={classes.list}>
        {clusters.data.map(cluster => (
          <li key={cluster.id}>
            <ClusterPlace cluster={cluster} isCollapsed={isCollapsed} isOpen={isOpen} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** This computer has no page: there is nothing to set for it. */
function ClusterPlace({
  cluster: { id, name, connection },
  isCollapsed,
  isOpen,
}: {
  cluster: { id: string; name: string; connection: Connection }
  isCollapsed: boolean
  isOpen: boolean
}) {
  return (
    <Link
      to="/clusters/$id"
      params={{ id }}
      activeProps={{ 'data-active': true, 'aria-current': 'page' }}
      className={classes.cluster}
      title={isCollapsed ? name : undefined}
    >
      <ConnectionMark state={isOpen ? connection.state : 'unknown'} dotOnly />
      <span className={isCollapsed ? 'visually-hidden' : 'truncate'}>{name}</span>
    </Link>
  )
}

function MaybeTooltip({
  label,
  isShown,
  children,
}: {
  label: string
  isShown: boolean
  children: ReactNode
}) {
  return (
    <Tooltip label={label} position="right" disabled={!isShown}>
      <span style={{ display: 'block' }}>{children}</span>
    </Tooltip>
  )
}
