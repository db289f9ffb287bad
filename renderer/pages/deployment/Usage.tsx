import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type MetricsHistory,
  toCpuText,
  toMemoryText,
  type UsageSample,
} from '../../../shared/domain/metrics.ts'
import { hasAddress } from '../../../shared/domain/worker.ts'
import { api } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { formatTimeOfDay } from '../../format/time.ts'
import { UsageChart } from '../../ui/UsageChart.tsx'
import classes from './Deployment.module.css'
import { useDeployment } from './deployment-context.ts'
import { Traffic } from './Traffic.tsx'

const minute = 60_000
const spans = {
  hour: { word: 'Last hour', ms: 60 * minute, gapMs: 3 * minute },
  day: { word: 'Last day', ms: 1440 * minute, gapMs: 12 * minute },
} as const
type Span = keyof typeof spans

/** A figure is at most this old while somebody looks. Nothing tells of new ones, and a hidden page asks for none. */
const againMs = 15_000

/** What the app takes of CPU and memory, and how often it was started again. */
export function Usage({ id }: { id: string }) {
  const deployment = useDeployment()
  const [span, setSpan] = useState<Span>('hour')
  const { data, error } = useQuery({
    ...api.metrics.of.queryOptions({ input: { id } }),
    refetchInterval: againMs,
  })
  const failure = data?.missing ?? (error === null ? null : toShownFailure(error))
  const hasUsage = data !== undefined && data.day.length + data.hour.length > 0
  const hasAny = hasUsage || (data !== undefined && data.traffic.day.length > 0)
  return (
    <section className={classes.usage} aria-label="Usage">
      <div className={classes.usageHead}>
        <h2 className={classes.heading}>Usage</h2>
        {hasAny && (
          <SegmentedControl
            size="xs"
            aria-label="Time"
            value={span}
            data={Object.entries(spans).map(([value, { word }]) => ({ value, label: word }))}
            onChange={value => setSpan(value as Span)}
          />
        )}
      </div>
      {failure !== null && (
        <p className={classes.usageNote}>
          {failure.message} <span className="second">{failure.hint}</span>
        </p>
      )}
      {hasUsage ? (
        <Charts metrics={data} span={span} />
      ) : (
        failure === null && <p className={classes.usageNote}>{toEmptyText(data)}</p>
      )}
      {data !== undefined && hasAny && (hasAddress(deployment) || data.traffic.day.length > 0) && (
        <Traffic traffic={data.traffic} span={span} common={toScale(data, span)} />
      )}
    </section>
  )
}

function Charts({ metrics, span }: { metrics: MetricsHistory; span: Span }) {
  const { cpuLimit, memoryLimit } = metrics
  const samples = metrics[span]
  const common = { ...toScale(metrics, span), gapMs: spans[span].gapMs }
  const pointsOf = (part: keyof UsageSample) =>
    samples.filter(({ at }) => at >= common.from).map(sample => ({ at: sample.at, value: sample[part] }))
  return (
    <div className={classes.charts}>
      <UsageChart
        {...common}
        word="CPU"
        points={pointsOf('cpu')}
        top={Math.min(cpuLimit ?? 0.1, 0.1)}
        toText={toCpuText}
      />
      <UsageChart
        {...common}
        word="Memory"
        points={pointsOf('memory')}
        top={memoryLimit ?? 0}
        toText={bytes => toMemoryText(bytes, null)}
      />
      <UsageChart
        {...common}
        word="Restarts"
        points={pointsOf('restarts')}
        top={3}
        isStepped
        toText={String}
      />
      <p className={classes.chartsNote}>
        {cpuLimit === null || memoryLimit === null
          ? 'CPU in percent of one. Nothing bounds an app on this computer.'
          : `CPU in percent of one, at most ${toCpuText(cpuLimit)}; memory up to its limit, ${toMemoryText(memoryLimit, null)}.`}
      </p>
    </div>
  )
}

function toScale(metrics: MetricsHistory, span: Span) {
  const until = metrics.now?.at ?? metrics[span].at(-1)?.at ?? Date.now()
  const { word, ms } = spans[span]
  return { span: word.toLowerCase(), from: until - ms, until, toTime: formatTimeOfDay }
}

const toEmptyText = (data: MetricsHistory | undefined): string =>
  data === undefined || data.now !== null
    ? 'Being measured'
    : 'Nothing was measured in the last day. The first figures come within a minute or two of a start.'
