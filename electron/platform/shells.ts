import { StringDecoder } from 'node:string_decoder'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { ShellOutput, ShellSize } from '../../shared/domain/shell.ts'
import type { ClusterDriver, Shell } from '../clusters/driver.ts'

/** As many terminals as somebody looks at. */
const mostShells = 20

/** Shells that are open, by the name that who opened them chose. Each lives as long as its output is listened to. */
export function createShells({ driver }: { driver: Pick<ClusterDriver, 'openShell'> }) {
  const open = new Map<string, Shell>()

  const named = (name: string): Shell => {
    const shell = open.get(name)
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
      { deploymentId, ...size }: ShellSize & { deploymentId: string },
      signal: AbortSignal,
    ): AsyncGenerator<ShellOutput, void, void> {
      if (open.size >= mostShells || open.has(name)) throw tooMany()
      const shell = await driver.openShell(deploymentId, size)
      const stop = () => shell.terminal.destroy()
      signal.addEventListener('abort', stop)
      open.set(name, shell)
      const decoder = new StringDecoder('utf8')
      let last = 0
      try {
        if (signal.aborted) return
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
        shell.terminal.destroy()
      }
    },
    /** Resolves when it is on its way. */
    write: (name: string, text: string) =>
      new Promise<void>((resolve, reject) => {
        named(name).terminal.write(text, error => (error ? reject(error) : resolve()))
      }),
    resize: (name: string, size: ShellSize) => named(name).resize(size),
    dispose() {
      for (const shell of open.values()) shell.terminal.destroy()
    },
  }
}

const tooMany = () =>
  new SlipwayError({
    code: 'conflict',
    message: `There are ${mostShells} shells open already.`,
    hint: 'Close one of them first.',
  })
