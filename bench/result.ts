/** Two series of the same measure, taken in turns. `ratio`: median of ours to median of the reference. */
export interface Result {
  readonly name: string
  readonly unit: 'ms' | 'kB' | 'MB' | 'requests'
  readonly n: number
  readonly ours: Series
  readonly reference: Series
  readonly ratio: number
  readonly aim: number
}

interface Series {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function toResult(
  about: Pick<Result, 'name' | 'unit' | 'aim'>,
  samples: { ours: readonly number[]; reference: readonly number[] },
): Result {
  if (samples.reference.length === 0) throw new Error(`${about.name}: the reference did not run`)
  const ours = toSeries(samples.ours)
  const reference = toSeries(samples.reference)
  return { ...about, n: samples.ours.length, ours, reference, ratio: ours.median / reference.median }
}

export function toTable(results: readonly Result[]): string {
  const number = (value: number) => value.toFixed(value < 10 ? 1 : 0)
  const cell = (series: Series) =>
    `${number(series.median)} (${number(series.least)} to ${number(series.most)})`
  const rows = results.map(one => [
    one.name,
    String(one.n),
    `${cell(one.ours)} ${one.unit}`,
    `${cell(one.reference)} ${one.unit}`,
    one.ratio.toFixed(2),
    one.aim.toFixed(2),
  ])
  const table = [['bench', 'n', 'Slipway', 'reference', 'ratio', 'aim'], ...rows]
  const widthOf = (column: number) => Math.max(...table.map(row => row[column]?.length ?? 0))
  return table.map(row => row.map((text, column) => text.padEnd(widthOf(column) + 2)).join('')).join('\n')
}

function toSeries(samples: readonly number[]): Series {
  const sorted = samples.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const median =
    ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
  return { median, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN }
}
