import type { TrafficHistory, TrafficSample } from '../../../shared/domain/metrics.ts'
import { formatDuration } from '../../format/time.ts'
import { UsageChart } from '../../ui/UsageChart.tsx'
import classes from './Deployment.module.css'

const steps = { hour: 60_000, day: 300_000 } as const

/** Requests that came through the gateway, how long their answers took, and which failed. */
export function Traffic({
  traffic,
  span,
  common,
}: {
  traffic: TrafficHistory
  span: keyof TrafficHistory
  common: { span: string; from: number; until: number; toTime: (at: number) => string }
}) {
  if (traffic.day.length === 0) {
    return (
      <p className={classes.usageNote}>
        <span className="second">No request came through the gateway of Slipway in the last day.</span>
      </p>
    )
  }
  const stepMs = steps[span]
  const samples = traffic[span].filter(({ at }) => at >= common.from)
  const whole = fillWithNothing(samples, { ...common, stepMs })
  const failed = samples.reduce((sum, one) => sum + one.failed, 0)
  const chart = { ...common, gapMs: stepMs * 1.5 }
  return (
    <div className={classes.charts}>
      <UsageChart
        {...chart}
        word="Requests"
        points={whole.map(({ at, requests }) => ({ at, value: requests / (stepMs / 1000) }))}
        top={1}
        toText={toRateText}
      />
      <UsageChart
        {...chart}
        word="Latency"
        points={samples.map(({ at, slowMs }) => ({ at, value: slowMs }))}
        top={100}
        toText={ms => formatDuration(Math.round(ms))}
      />
      <UsageChart
        {...chart}
        word="Failed"
        points={whole.map(({ at, failed: value }) => ({ at, value }))}
        top={3}
        toText={String}
      />
      <p className={classes.chartsNote}>
        Through the gateway of Slipway. Latency is what 95 of 100 answers took at most
        {failed === 0 ? '.' : `; ${failed} answered with 500 or more, or not at all.`}
      </p>
    </div>
  )
}

/** In whiles that are left out nothing came. */
function fillWithNothing(
  samples: readonly TrafficSample[],
  { from, until, stepMs }: { from: number; until: number; stepMs: number },
): { at: number; requests: number; failed: number }[] {
  const known = new Map(samples.map(sample => [sample.at, sample]))
  const first = Math.ceil(from / stepMs) * stepMs
  return Array.from({ length: Math.floor((until - first) / stepMs) + 1 }, (_, index) => {
    const at = first + index * stepMs
    return known.get(at) ?? { at, requests: 0, failed: 0 }
  })
}

/** `0.4/s` */
const toRateText = (perSecond: number): string =>
  perSecond > 0 && perSecond < 10 ? `${Number(perSecond.toPrecision(2))}/s` : `${Math.round(perSecond)}/s`
