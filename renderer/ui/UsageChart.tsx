import { type PointerEvent, useState } from 'react'
import { findNearest, type Point, toLines } from './chart-path.ts'
import classes from './UsageChart.module.css'

const width = 240
const height = 56

/** One figure over time: what it is now, or where the pointer is, and its line. */
export function UsageChart({
  word,
  span,
  points,
  top,
  from,
  until,
  gapMs,
  isStepped = false,
  toText,
  toTime,
}: {
  word: string
  /** `last hour`, for those who do not see it. */
  span: string
  /** Oldest first. */
  points: readonly Point[]
  /** What the upper edge stands for, at least. */
  top: number
  from: number
  until: number
  /** Points that are further apart were not measured in between. */
  gapMs: number
  /** It keeps its value until the next point. */
  isStepped?: boolean
  toText: (value: number) => string
  toTime: (at: number) => string
}) {
  const [pointed, setPointed] = useState<number | null>(null)
  const most = points.reduce((found, { value }) => Math.max(found, value), 0)
  const shown = pointed === null ? points.at(-1) : findNearest(points, pointed)
  const scale = { from, until, top: Math.max(top, most), width, height, gapMs, isStepped }
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width: drawn } = event.currentTarget.getBoundingClientRect()
    setPointed(from + ((event.clientX - left) / drawn) * (until - from))
  }
  const x = shown === undefined ? 0 : ((shown.at - from) / (until - from)) * width
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.caption}>
        <span className="second">{word}</span>
        <span className={classes.value}>{shown === undefined ? '–' : toText(shown.value)}</span>
        <span className={classes.time}>
          {shown !== undefined && (pointed === null ? `peak ${toText(most)}` : toTime(shown.at))}
        </span>
      </figcaption>
      <svg
        className={classes.plot}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={toSummary()}
        onPointerMove={point}
        onPointerLeave={() => setPointed(null)}
      >
        {toLines(points, scale).map(({ line, area }) => (
          <g key={line}>
            <path className={classes.area} d={area} />
            <path className={classes.line} d={line} />
          </g>
        ))}
        {pointed !== null && shown !== undefined && (
          <line className={classes.pointer} x1={x} x2={x} y1={0} y2={height} />
        )}
      </svg>
    </figure>
  )

  function toSummary(): string {
    const last = points.at(-1)
    if (last === undefined) return `${word}, ${span}: nothing measured`
    const average = points.reduce((sum, { value }) => sum + value, 0) / points.length
    const usual = isStepped ? '' : `, on average ${toText(average)}`
    return `${word}, ${span}: now ${toText(last.value)}${usual}, at most ${toText(most)}`
  }
}
