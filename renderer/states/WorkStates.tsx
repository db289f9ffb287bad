import { buildStatuses } from '../../shared/domain/status.ts'
import { formatTimeOfDay } from '../format/time.ts'
import { LogToolbar } from '../log-console/LogToolbar.tsx'
import { NewLinesPill } from '../log-console/NewLinesPill.tsx'
import { BuildRow } from '../ui/BuildRow.tsx'
import { StepList } from '../ui/StepList.tsx'
import { UsageChart } from '../ui/UsageChart.tsx'
import { Section } from './Section.tsx'
import classes from './States.module.css'
import { build, now, points, restarts, steps, withGap } from './samples.ts'

const nothing = () => {}
const toPercent = (value: number) => `${Math.round(value * 100)} %`
const scale = {
  ...{ span: 'last hour', from: now - 3_600_000, until: now, gapMs: 180_000 },
  ...{ toText: toPercent, toTime: formatTimeOfDay },
}

export function WorkStates() {
  return (
    <>
      <Section title="Builds" isWide>
        <ul className={classes.list}>
          {buildStatuses.map(status => (
            <BuildRow key={status} build={build(status)} deployment="shop" isNamed />
          ))}
        </ul>
      </Section>
      <Section title="Steps">
        <div className={classes.fields}>
          <StepList steps={steps.running} choose={nothing} />
          <StepList steps={steps.failed} choose={nothing} />
        </div>
      </Section>
      <Section title="Charts">
        <div className={classes.charts}>
          <UsageChart {...scale} word="CPU" points={points} top={0.1} />
          <UsageChart {...scale} word="Asleep between" points={withGap} top={1} />
          <UsageChart {...scale} word="Restarts" points={restarts} top={3} isStepped toText={String} />
          <UsageChart {...scale} word="Empty" points={[]} top={1} />
          <UsageChart {...scale} word="One figure" points={points.slice(-1)} top={1} />
          <UsageChart
            {...scale}
            word="Nothing used"
            points={points.map(({ at }) => ({ at, value: 0 }))}
            top={1}
          />
        </div>
      </Section>
      <Section title="Log console" isWide>
        <Toolbar text="" count={null} />
        <Toolbar text="timeout" count={12} isOn />
        <Toolbar text="nowhere" count={0} />
        <div className={classes.pills}>
          <NewLinesPill count={12} show={nothing} />
        </div>
      </Section>
    </>
  )
}

function Toolbar({ text, count, isOn = false }: { text: string; count: number | null; isOn?: boolean }) {
  return (
    <LogToolbar
      search={{
        ...{
          text,
          count,
          setText: nothing,
          isRegex: isOn,
          toggleRegex: nothing,
          older: nothing,
          newer: nothing,
        },
        ...{ position: Math.min(count ?? 0, 3), isComplete: true, isSearching: false, error: null },
      }}
      searchRef={{ current: null }}
      filter={{ level: isOn ? 'errors' : 'all', instance: null }}
      instances={['blog-1', 'blog-2']}
      download={{ percent: isOn ? 40 : null, start: nothing, cancel: nothing }}
      isFollowing={!isOn}
      hasTime={!isOn}
      wraps={isOn}
      {...{ follow: nothing, toggleTime: nothing, toggleWrap: nothing, showOnly: nothing, copy: nothing }}
      {...{ earlierError: nothing, laterError: nothing }}
    />
  )
}
