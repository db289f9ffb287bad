import type { TrafficHistory } from '../../shared/domain/metrics.ts'
import type { Reader } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'
import { count, createTally, join, type Tally, toSample } from './traffic-series.ts'
import { slotOf } from './usage-series.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

interface Kept {
  /** Minutes of the last hour in which something came, oldest first. */
  minutes: Tally[]
  /** Five minutes that began before are in the database. */
  writtenTo: number
}

/**
 * Requests that came through the gateway: the last hour by the minute in memory, the last day by five minutes in the
 * database, once they are over.
 */
export function createTraffic(deps: {
  reader: Pick<Reader, 'trafficOf' | 'deploymentRow'>
  writer: Pick<Writer, 'traffic'>
  now: () => number
}) {
  const { reader, writer, now } = deps
  const all = new Map<string, Kept>()

  const write = (id: string, kept: Kept, to: number): void => {
    const over = Map.groupBy(
      kept.minutes.filter(({ at }) => at >= kept.writtenTo && at < to),
      ({ at }) => slotOf(at),
    )
    kept.writtenTo = to
    if (reader.deploymentRow(id) === undefined) return void all.delete(id)
    for (const [slot, minutes] of over) writer.traffic(id, toSample(join(slot, minutes)), now() - dayMs)
  }

  return {
    /** A request was answered, with a status of 500 or more where the app failed or gave none. */
    note(id: string, { status, ms }: { status: number; ms: number }): void {
      const minute = Math.floor(now() / minuteMs) * minuteMs
      const kept = all.get(id) ?? { minutes: [], writtenTo: slotOf(minute) }
      all.set(id, kept)
      if (kept.writtenTo < slotOf(minute)) write(id, kept, slotOf(minute))
      let tally = kept.minutes.at(-1)
      if (tally?.at !== minute) {
        tally = createTally(minute)
        kept.minutes = [...kept.minutes.filter(({ at }) => at > minute - hourMs), tally]
      }
      count(tally, { ms, isFailed: status >= 500 })
    },

    of(id: string): TrafficHistory {
      const kept = all.get(id)
      const slot = slotOf(now())
      if (kept !== undefined && kept.writtenTo < slot) write(id, kept, slot)
      const current = kept?.minutes.filter(({ at }) => at >= slot) ?? []
      return {
        hour: (kept?.minutes ?? []).filter(({ at }) => at > now() - hourMs).map(toSample),
        day: [
          ...reader.trafficOf(id).filter(({ at }) => at > now() - dayMs),
          ...(current.length === 0 ? [] : [toSample(join(slot, current))]),
        ],
      }
    },

    dispose(): void {
      for (const [id, kept] of all) write(id, kept, Number.POSITIVE_INFINITY)
    },
  }
}
