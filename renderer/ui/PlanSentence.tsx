import { Switch } from '@mantine/core'
import { healthPathPattern } from '../../shared/domain/health-path.ts'
import { findSaid, type Plan, type PlanEdits, toOwnDockerfile } from '../../shared/domain/plan.ts'
import { DockerfileSentence } from './DockerfileSentence.tsx'
import { EditableWord } from './EditableWord.tsx'
import { ImageSentence } from './ImageSentence.tsx'
import classes from './PlanSentence.module.css'

type Part = 'install' | 'build' | 'start' | 'output'

interface PlanSentenceProps {
  readonly plan: Plan
  readonly edits: PlanEdits
  readonly port: number | null
  readonly setEdits: (edits: PlanEdits) => void
  readonly setPort: (port: number | null) => void
}

/** "Node 24. Install with `npm ci`, build with `npm run build`, start with `npm start`, listening on 3000, ready at /healthz." */
export function PlanSentence({ plan, edits, port, setEdits, setPort }: PlanSentenceProps) {
  const portWord = (
    <>
      <EditableWord
        label="Port"
        value={String(port ?? plan.port?.value ?? '')}
        origin={port === null ? plan.port?.origin : 'set by you'}
        none={plan.kind === 'image' ? 'which port?' : 'the port that Slipway offers'}
        isValid={isPort}
        set={value => setPort(value === '' || Number(value) === plan.port?.value ? null : Number(value))}
      />
      , ready at <HealthWord plan={plan} edits={edits} setEdits={setEdits} />
    </>
  )
  const ending = (
    <>
      {findSaid(plan, edits, 'worker') ? 'listening nowhere' : <>listening on {portWord}</>}. Before each
      release, run <CommandWord plan={plan} edits={edits} setEdits={setEdits} />
    </>
  )
  if (plan.kind === 'image') return <ImageSentence plan={plan} ending={ending} />
  const own = plan.build === null || (edits.start ?? '') !== '' ? undefined : toOwnDockerfile(plan)
  if (own !== undefined)
    return <DockerfileSentence own={own} edits={edits} ending={ending} setEdits={setEdits} />

  const word = (part: Part, label: string, none: string) => (
    <EditableWord
      label={label}
      value={edits[part] ?? plan[part]?.value ?? ''}
      origin={edits[part] === undefined ? plan[part]?.origin : 'set by you'}
      none={none}
      set={value => {
        const { [part]: _before, ...others } = edits
        setEdits(value === (plan[part]?.value ?? '') ? others : { ...others, [part]: value })
      }}
    />
  )
  const isFetched = plan.tools?.some(tool => tool.name === 'node' && tool.fetched !== null)
  return (
    <p className={classes.sentence}>
      <strong>
        {plan.kind === 'dockerfile' ? 'Without its Dockerfile' : (plan.runtime?.value ?? plan.label)}
      </strong>
      {isFetched && <span className="second"> ({plan.runtime?.origin})</span>}
      {': '}install with {word('install', 'Install command', 'nothing')}, build with{' '}
      {word('build', 'Build command', 'nothing')}, then{' '}
      {isOfFiles(plan, edits) ? (
        <>serve the files in {word('output', 'Folder to serve', 'the whole folder')}.</>
      ) : (
        <>
          start with {word('start', 'Start command', 'nothing')}, {ending}.
        </>
      )}{' '}
      <span className="second">
        Dockerfile:{' '}
        <EditableWord
          label="Dockerfile"
          value={edits.dockerfile ?? ''}
          origin={edits.dockerfile === undefined ? undefined : 'set by you'}
          none="none"
          set={value => {
            const { dockerfile: _before, ...others } = edits
            setEdits(value === '' ? others : { ...others, dockerfile: value })
          }}
        />
      </span>
    </p>
  )
}

/** Whether the app listens nowhere; nothing where files are served. */
export function WorkerSwitch({
  plan,
  edits,
  setEdits,
}: Pick<PlanSentenceProps, 'plan' | 'edits' | 'setEdits'>) {
  if (isOfFiles(plan, edits)) return null
  const { worker: _before, ...others } = edits
  return (
    <Switch
      label="It is a worker: it listens on no port and gets no URL"
      checked={findSaid(plan, edits, 'worker') !== undefined}
      onChange={event => {
        const worker = event.currentTarget.checked
        setEdits(worker === (plan.worker?.value ?? false) ? others : { ...others, worker })
      }}
    />
  )
}

const isOfFiles = (plan: Plan, edits: PlanEdits): boolean =>
  plan.kind !== 'dockerfile' && plan.kind !== 'image' && plan.start === null && (edits.start ?? '') === ''

function CommandWord({ plan, edits, setEdits }: Pick<PlanSentenceProps, 'plan' | 'edits' | 'setEdits'>) {
  const command = findSaid(plan, edits, 'releaseCommand')
  return (
    <EditableWord
      label="Release command"
      value={command?.value ?? ''}
      origin={command?.origin ?? 'once, before it takes the traffic; such as a migration'}
      none="nothing"
      set={value => setEdits(withCommand(plan, edits, value))}
    />
  )
}

/** As the plan has it is no edit. */
export function withCommand(plan: Plan, edits: PlanEdits, value: string): PlanEdits {
  const { releaseCommand: _before, ...others } = edits
  return value === (plan.releaseCommand?.value ?? '') ? others : { ...others, releaseCommand: value }
}

function HealthWord({ plan, edits, setEdits }: Pick<PlanSentenceProps, 'plan' | 'edits' | 'setEdits'>) {
  const health = findSaid(plan, edits, 'healthPath')
  return (
    <EditableWord
      label="Health path"
      value={health?.value ?? ''}
      origin={health?.origin ?? 'a path such as /healthz is asked over HTTP'}
      none="the first connection"
      isValid={value => healthPathPattern.test(value)}
      set={value => {
        const { healthPath: _before, ...others } = edits
        setEdits(value === (plan.healthPath?.value ?? '') ? others : { ...others, healthPath: value })
      }}
    />
  )
}

const isPort = (value: string) =>
  value === '' || (/^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65535)
