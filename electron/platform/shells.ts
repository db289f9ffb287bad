import { StringDecoder } from 'node:string_decoder'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { ShellOutput, ShellSize } from '../../shared/domain/shell.ts'
import type { ClusterDriver, ReleaseOrder, Shell } from '../clusters/driver.ts'
import { toReleaseOrder } from '../pipeline/release-order.ts'

/** As many terminals as somebody looks at. */
const mostShells = 20

/** Shells that are open, by the name that who opened them chose. Each lives as long as its output is listened to. */
export function createShells({
  driver,
  servingOf,
}: {
  driver: Pick<ClusterDriver, 'openShell'>
  servingOf: (deploymentId: string) => Promise<ReleaseOrder>
}) {
  const open = new Map<string, Promise<Shell>>()

  /** Waits for one that is being opened. */
  const named = async (name: string): Promise<Shell> => {
    const shell = await open.get(name)
    if (shell !== undefined) return shell
    throw new SlipwayError({
      code: 'not_found',
      message: 'This shell has ended.',
      hint: 'Open another one.',
    })
  }

  return {
    async *open(
      name: string,
      { deploymentId, ...wish }: ShellSize & { deploymentId: string; instance?: string | undefined },
      signal: AbortSignal,
    ): AsyncGenerator<ShellOutput, void, void> {
      if (open.size >= mostShells || open.has(name)) throw tooMany()
      const opening = driver.openShell(deploymentId, { ...wish, serving: () => servingOf(deploymentId) })
      open.set(name, opening)
      const stop = () => end(opening)
      signal.addEventListener('abort', stop)
      const decoder = new StringDecoder('utf8')
      let last = 0
      try {
        const shell = await opening
        // Tells that it is open.
        yield { last: ++last, text: '', end: null }
        for await (const bytes of shell.terminal) {
          const text = decoder.write(bytes as Buffer)
          if (text !== '') yield { last: ++last, text, end: null }
        }
        yield { last: ++last, text: decoder.end(), end: await shell.ended }
      } catch (error) {
        // Nobody listens any more: to end the terminal ends the loop.
        if (!signal.aborted) throw error
      } finally {
        open.delete(name)
        signal.removeEventListener('abort', stop)
        end(opening)
      }
    },
    /** Resolves when it is on its way. */
    async write(name: string, text: string): Promise<void> {
      const { terminal } = await named(name)
      await new Promise<void>((resolve, reject) => {
        terminal.write(text, error => (error ? reject(error) : resolve()))
      })
    },
    resize: async (name: string, size: ShellSize): Promise<void> => (await named(name)).resize(size),
    dispose() {
      for (const opening of open.values()) end(opening)
    },
  }
}

/** Also one that is not open yet. */
function end(opening: Promise<Shell>): void {
  opening.then(
    shell => shell.terminal.destroy(),
    () => undefined,
  )
}

const tooMany = () =>
  new SlipwayError({
    code: 'conflict',
    message: `There are ${mostShells} shells open already.`,
    hint: 'Close one of them first.',
  })

/** What serves a deployment, for a shell beside it. */
export const createServingOrders =
  (deps: Parameters<typeof toReleaseOrder>[0]) =>
  async (deploymentId: string): Promise<ReleaseOrder> => {
    const row = deps.reader.deploymentRow(deploymentId)
    const release = row && deps.reader.release(row.servingReleaseId ?? '')
    if (row !== undefined && release !== undefined) return toReleaseOrder(deps, row, release)
    throw new SlipwayError({
      code: 'unavailable',
      message: 'There is nothing to open a shell in: no release serves.',
      hint: 'Deploy it first.',
    })
  }
