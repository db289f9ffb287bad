import { Agent, request } from 'node:http'

export interface LoadTarget {
  readonly address: string
  readonly host: string
  /** Requests a second. */
  readonly rate: number
}

export interface LoadResult {
  readonly sent: number
  readonly rate: number
  /** How many failed, by how. */
  readonly failures: Readonly<Record<string, number>>
}

const answerMs = 20_000

/** Asks a host at a steady rate until it is ended, every second time over a new connection, and never again what failed. */
export function startLoad(target: LoadTarget): { end(): Promise<LoadResult> } {
  const [address = '', port = ''] = target.address.split(':')
  const agent = new Agent({ keepAlive: true, maxSockets: 50 })
  const failures = new Map<string, number>()
  const pending = new Set<Promise<void>>()
  let sent = 0

  const ask = (isNew: boolean): Promise<void> =>
    new Promise(resolve => {
      let phase = 'before it had a connection'
      const settle = (failure: string | undefined) => {
        const key = `${failure}, ${phase}, ${isNew ? 'new' : 'kept'}`
        if (failure !== undefined) failures.set(key, (failures.get(key) ?? 0) + 1)
        resolve()
      }
      const asked = request(
        {
          host: address,
          port,
          headers: { host: target.host },
          agent: isNew ? false : agent,
          timeout: answerMs,
        },
        response => {
          response.resume()
          response.on('end', () =>
            settle(response.statusCode === 200 ? undefined : `answered ${response.statusCode}`),
          )
          response.on('error', error => settle(error.message))
        },
      )
      asked.on('socket', socket => {
        phase = 'when it was connected'
        if (!socket.connecting) return
        phase = 'while it connected'
        socket.once('connect', () => {
          phase = 'when it was connected'
        })
      })
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${answerMs} ms`)))
      asked.on('error', error => settle(error.message))
      asked.end()
    })

  const tickMs = 10
  const begunAt = performance.now()
  const ticker = setInterval(() => {
    const due = Math.floor(((performance.now() - begunAt) / 1000) * target.rate)
    for (; sent < due; sent++) {
      const one = ask(sent % 2 === 0).finally(() => pending.delete(one))
      pending.add(one)
    }
  }, tickMs)

  return {
    /** Resolves with what came of it, when every request has its answer. */
    async end() {
      clearInterval(ticker)
      await Promise.all(pending)
      agent.destroy()
      const seconds = (performance.now() - begunAt) / 1000
      return { sent, rate: Math.round(sent / seconds), failures: Object.fromEntries(failures) }
    },
  }
}
