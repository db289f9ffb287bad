import { Button, useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { client } from '../../connection/api.ts'
import { createShellSession, type ShellSession, type ShellState } from '../../terminal/shell-session.ts'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Deployment.module.css'
import { useDeployment } from './deployment-context.ts'

export function DeploymentShell() {
  const { id, name, cluster, health } = useDeployment()
  // One that was opened stays, though its instance goes.
  const [isWanted, setWanted] = useState(false)
  if (health.ready > 0 && !isWanted) setWanted(true)
  if (cluster.kind === 'local')
    return (
      <EmptyNote title="No shell of its own">
        {name} runs on this computer as a process like any other: every terminal of yours sees what it sees.
      </EmptyNote>
    )
  if (!isWanted)
    return (
      <EmptyNote title="Nothing to open a shell in">
        A shell opens in an instance that is ready. {name} has none now; its log says why.
      </EmptyNote>
    )
  return <Terminal key={id} deploymentId={id} name={name} />
}

/** Stays as it was when its shell has ended, so that what stands there can still be read. */
function Terminal({ deploymentId, name }: { deploymentId: string; name: string }) {
  const parent = useRef<HTMLDivElement>(null)
  const [session, setSession] = useState<ShellSession | null>(null)
  const [state, setState] = useState<ShellState>({ phase: 'opening' })
  const scheme = useComputedColorScheme()

  useEffect(() => {
    if (parent.current === null) return
    const opened = createShellSession({ client, deploymentId, parent: parent.current, changed: setState })
    setSession(opened)
    return () => {
      opened.dispose()
      setSession(null)
    }
  }, [deploymentId])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the tokens hold
  useEffect(() => session?.applyTheme(), [session, scheme])

  const again = (
    <Button variant="default" onClick={() => session?.open()}>
      Open another shell
    </Button>
  )
  return (
    <section className={classes.shell} aria-label={`Shell in ${name}`}>
      {state.phase === 'failed' && <FailurePanel failure={state.failure} actions={again} />}
      {state.phase === 'ended' && (
        <p className={classes.shellEnd} role="status">
          The shell ended{state.exitCode === 0 ? '' : ` with code ${state.exitCode}`}. {again}
        </p>
      )}
      <div ref={parent} className={classes.shellTerminal} aria-busy={state.phase === 'opening'} />
    </section>
  )
}
