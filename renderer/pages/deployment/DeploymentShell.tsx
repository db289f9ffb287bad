import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import classes from './Deployment.module.css'
import { useDeployment } from './deployment-context.ts'
import shell from './Shell.module.css'
import { ShellTerminal } from './ShellTerminal.tsx'

interface Tab {
  readonly number: number
  /** Any that is ready, where none is named. */
  readonly instance: string | undefined
}

export function DeploymentShell() {
  const { id, name, cluster, health, serving } = useDeployment()
  const isHere = cluster.kind === 'local'
  // One that was opened stays, though its instance goes.
  const [wasWanted, setWanted] = useState(false)
  const isWanted = wasWanted || (isHere ? serving !== null : health.ready > 0)
  if (isWanted && !wasWanted) setWanted(true)
  if (!isWanted)
    return (
      <EmptyNote title="Nothing to open a shell in">
        {isHere
          ? `A shell opens in the folder of what serves. ${name} has no release that does.`
          : `A shell opens in an instance that is ready. ${name} has none now; its log says why.`}
      </EmptyNote>
    )
  return <Shells key={id} deploymentId={id} name={name} instances={isHere ? [] : health.instances} />
}

/** Each tab is a shell of its own, which goes on while another one is looked at. */
function Shells({
  deploymentId,
  name,
  instances,
}: {
  deploymentId: string
  name: string
  instances: readonly string[]
}) {
  const [tabs, setTabs] = useState<readonly Tab[]>([{ number: 1, instance: undefined }])
  const [shown, setShown] = useState(1)
  const next = useRef(2)
  const add = (instance?: string) => {
    const number = next.current++
    setTabs([...tabs, { number, instance }])
    setShown(number)
  }
  const close = (number: number) => {
    const left = tabs.filter(tab => tab.number !== number)
    setTabs(left)
    const place = tabs.findIndex(tab => tab.number === number)
    if (shown === number) setShown((left[place] ?? left.at(-1))?.number ?? 0)
  }
  return (
    <section className={classes.shell} aria-label={`Shells in ${name}`}>
      <div className={shell.tabs}>
        {tabs.map(tab => (
          <span key={tab.number} className={shell.tab} data-shown={tab.number === shown}>
            <button type="button" aria-pressed={tab.number === shown} onClick={() => setShown(tab.number)}>
              {toWord(tab)}
            </button>
            <ActionIcon size={20} aria-label={`Close ${toWord(tab)}`} onClick={() => close(tab.number)}>
              <IconX size={12} />
            </ActionIcon>
          </span>
        ))}
        {instances.length < 2 ? (
          <Tooltip label="New shell">
            <ActionIcon aria-label="New shell" onClick={() => add()}>
              <IconPlus size={16} />
            </ActionIcon>
          </Tooltip>
        ) : (
          <Menu position="bottom-start">
            <Menu.Target>
              <ActionIcon aria-label="New shell">
                <IconPlus size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>In which instance</Menu.Label>
              {instances.map(instance => (
                <Menu.Item key={instance} className="mono" onClick={() => add(instance)}>
                  {instance}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {tabs.length === 0 && (
        <EmptyNote title="No shell is open">
          The plus opens one. Each has the app's folder and variables.
        </EmptyNote>
      )}
      {tabs.map(({ number, instance }) => (
        <ShellTerminal
          key={number}
          deploymentId={deploymentId}
          instance={instance}
          label={`Shell ${number} in ${name}`}
          isShown={number === shown}
        />
      ))}
    </section>
  )
}

const toWord = ({ number, instance }: Tab): string =>
  instance === undefined ? `Shell ${number}` : `Shell ${number} · ${instance.split('-').at(-1)}`
