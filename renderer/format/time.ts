const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** The shortest honest unit: `840 ms`, `12 s`, `3 min 05 s`, `2 h 04 min`. */
export function formatDuration(ms: number): string {
  if (ms < second) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < minute) return `${Math.floor(ms / second)} s`
  if (ms < hour) return `${Math.floor(ms / minute)} min ${pad(Math.floor((ms % minute) / second))} s`
  if (ms < day) return `${Math.floor(ms / hour)} h ${pad(Math.floor((ms % hour) / minute))} min`
  return formatAge(ms)
}

/** A running count: whole seconds from the start, never milliseconds. */
export const formatElapsed = (ms: number): string => (ms < second ? '0 s' : formatDuration(ms))

/** How long something has been so: `less than a minute`, `4 min`, `3 days`. */
export function formatAge(ms: number): string {
  if (ms < minute) return 'less than a minute'
  if (ms < hour) return `${Math.floor(ms / minute)} min`
  if (ms < day) return `${Math.floor(ms / hour)} h`
  const days = Math.floor(ms / day)
  if (days < 14) return days === 1 ? '1 day' : `${days} days`
  if (days < 60) return `${Math.floor(days / 7)} weeks`
  if (days < 730) return `${Math.floor(days / 30)} months`
  return `${Math.floor(days / 365)} years`
}

/** `now`, `2 min ago`, `3 weeks ago`. */
export const formatAgo = (ms: number): string => (ms < minute ? 'just now' : `${formatAge(ms)} ago`)

/** Making one costs more than all that it formats on a board. */
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
export const formatExact = (at: number): string => exact.format(at)

/** `14:03`, in local time. */
export const formatTimeOfDay = (at: number): string => {
  const date = new Date(at)
  return `${pad(date.getHours())}:${pad(date.getMinutes())}`
}

/** `14:03:07.120`, in local time. */
export function formatClock(at: number): string {
  const startOfSecond = Math.floor(at / second)
  if (startOfSecond !== clock.startOfSecond) {
    const date = new Date(at)
    const text = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
    clock = { startOfSecond, text }
  }
  return `${clock.text}.${String(at - startOfSecond * second).padStart(3, '0')}`
}

/** The lines of a log share their second with many others. */
let clock = { startOfSecond: Number.NaN, text: '' }

/** `Today`, `Yesterday`, else the date. */
export function formatDay(at: number, now: number): string {
  const start = new Date(now).setHours(0, 0, 0, 0)
  if (at >= start) return 'Today'
  if (at >= start - day) return 'Yesterday'
  return new Date(at).toLocaleDateString(undefined, { day: 'numeric', month: 'long', year: 'numeric' })
}

const pad = (value: number) => String(value).padStart(2, '0')
