/** `at`: UTC milliseconds. */
export interface Point {
  readonly at: number
  readonly value: number
}

export interface ChartScale {
  readonly from: number
  readonly until: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly gapMs: number
  readonly isStepped: boolean
}

/** Half of the line's width stays inside. */
const edge = 1

/** As SVG paths: one for each stretch that was measured without a gap. */
export function toLines(points: readonly Point[], scale: ChartScale): { line: string; area: string }[] {
  const { from, until, top, width, height, isStepped } = scale
  const x = ({ at }: Point) => round(((at - from) / (until - from)) * width)
  const y = ({ value }: Point) => round(height - edge - (value / (top || 1)) * (height - 2 * edge))
  return toStretches(points, scale.gapMs).map(stretch => {
    const [first, ...rest] = stretch
    const begin = `M${x(first)} ${y(first)}`
    const steps = rest.map(point => (isStepped ? `H${x(point)}V${y(point)}` : `L${x(point)} ${y(point)}`))
    // One point alone is a dash that can be seen.
    const line = begin + (rest.length === 0 ? 'h1' : steps.join(''))
    const last = stretch.at(-1) ?? first
    return { line, area: `${line}L${x(last)} ${height}L${x(first)} ${height}Z` }
  })
}

function toStretches(points: readonly Point[], gapMs: number): [Point, ...Point[]][] {
  const stretches: [Point, ...Point[]][] = []
  for (const point of points) {
    const current = stretches.at(-1)
    const last = current?.at(-1)
    if (current === undefined || last === undefined || point.at - last.at > gapMs) stretches.push([point])
    else current.push(point)
  }
  return stretches
}

export const findNearest = (points: readonly Point[], at: number): Point | undefined =>
  points.reduce<Point | undefined>(
    (found, point) =>
      found === undefined || Math.abs(point.at - at) < Math.abs(found.at - at) ? point : found,
    undefined,
  )

const round = (value: number): number => Math.round(value * 10) / 10
