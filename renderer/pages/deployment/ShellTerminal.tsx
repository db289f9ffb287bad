import { Button, useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { client } from '../../connection/api.ts'
import { createShellSession, type ShellSession, type ShellState } from '../../terminal/shell-session.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Deployment.module.css'
import shell from './Shell.module.css'

/** Stays as it was when its shell has ended, so that what stands there can still be read. */
export function ShellTerminal({
  deploymentId,
  instance,
  label,
  isShown,
}: {
  deploymentId: string
  instance: string | undefined
  label: string
  isShown: boolean
}) {
  const parent = useRef<HTMLDivElement>(null)
  const [session, setSession] = useState<ShellSession | null>(null)
  const [state, setState] = useState<ShellState>({ phase: 'opening' })
  const scheme = useComputedColorScheme()

  useEffect(() => {
    if (parent.current === null) return
    const opened = createShellSession({
      ...{ client, deploymentId, instance, parent: parent.current },
      changed: setState,
    })
    setSession(opened)
    return () => {
      opened.dispose()
      setSession(null)
    }
  }, [deploymentId, instance])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the tokens hold
  useEffect(() => session?.applyTheme(), [session, scheme])
  useEffect(() => {
    if (isShown) session?.focus()
  }, [session, isShown])

  return (
    <section className={shell.terminal} aria-label={label} hidden={!isShown}>
      {state.phase === 'failed' && (
        <FailurePanel
          failure={state.failure}
          actions={
            <Button variant="default" onClick={() => session?.open()}>
              Connect again
            </Button>
          }
        />
      )}
      {state.phase === 'ended' && (
        <p className={classes.shellEnd} role="status">
          The shell ended{state.exitCode === 0 ? '' : ` with code ${state.exitCode}`}.
          <Button variant="default" onClick={() => session?.open()}>
            Open it again
          </Button>
        </p>
      )}
      <div ref={parent} className={classes.shellTerminal} aria-busy={state.phase === 'opening'} />
    </section>
  )
}
