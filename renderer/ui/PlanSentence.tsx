import { Switch } from '@mantine/core'
import { findHealthPath, healthPathPattern } from '../../shared/domain/health-path.ts'
import { type Plan, type PlanEdits, toOwnDockerfile } from '../../shared/domain/plan.ts'
import { findWorker } from '../../shared/domain/worker.ts'
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
  const listening = findWorker(plan, edits) ? 'listening nowhere' : <>listening on {portWord}</>
  if (plan.kind === 'image') return <ImageSentence plan={plan} listening={listening} />
  const own = plan.build === null || (edits.start ?? '') !== '' ? undefined : toOwnDockerfile(plan)
  if (own !== undefined)
    return <DockerfileSentence own={own} edits={edits} listening={listening} setEdits={setEdits} />

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
          start with {word('start', 'Start command', 'nothing')}, {listening}.
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
      checked={findWorker(plan, edits) !== undefined}
      onChange={event => {
        const worker = event.currentTarget.checked
        setEdits(worker === (plan.worker?.value ?? false) ? others : { ...others, worker })
      }}
    />
  )
}

const isOfFiles = (plan: Plan, edits: PlanEdits): boolean =>
  plan.kind !== 'dockerfile' && plan.kind !== 'image' && plan.start === null && (edits.start ?? '') === ''

function HealthWord({ plan, edits, setEdits }: Pick<PlanSentenceProps, 'plan' | 'edits' | 'setEdits'>) {
  const health = findHealthPath(plan, edits)
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
