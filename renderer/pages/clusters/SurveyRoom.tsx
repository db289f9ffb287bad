import { IconAlertTriangle, IconCircleCheck, IconCircleMinus, IconCircleX } from '@tabler/icons-react'
import { formatBytes } from '../../../shared/domain/bytes.ts'
import {
  foundOf,
  missingOf,
  type Part,
  type Survey,
  type SurveyedNode,
  type SurveyedNodes,
} from '../../../shared/domain/survey.ts'
import classes from './Clusters.module.css'
import survey from './Survey.module.css'

/** The nodes, and what their pods asked for of what they have. */
export function ClusterRoom({ nodes }: { nodes: Part<SurveyedNodes> }) {
  if ('missing' in nodes) {
    return (
      <p className={classes.note}>
        {nodes.missing.message} {nodes.missing.hint}
      </p>
    )
  }
  const { allocatable, requested, list, count } = nodes.found
  const asked = foundOf(requested)
  const missing = missingOf(requested)
  return (
    <>
      <dl className={survey.meters}>
        <Meter name="CPUs asked for" {...toCpus(asked?.cpu, allocatable.cpu)} />
        <Meter name="Memory asked for" {...toMemory(asked?.memory, allocatable.memory)} />
        <Meter name="Pods" {...toPods(asked?.pods, allocatable.pods)} />
      </dl>
      {missing !== undefined && (
        <p className={classes.note}>
          {missing.message} {missing.hint}
        </p>
      )}
      <table className={survey.nodes}>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">State</th>
            <th scope="col">Kubelet</th>
            <th scope="col">CPUs</th>
            <th scope="col">Memory</th>
            <th scope="col">Pods</th>
          </tr>
        </thead>
        <tbody>
          {list.map(node => (
            <NodeRow key={node.name} node={node} />
          ))}
        </tbody>
      </table>
      {count > list.length && (
        <p className={classes.note}>
          And {count - list.length} more nodes. Those with troubles are shown first.
        </p>
      )}
    </>
  )
}

function NodeRow({ node }: { node: SurveyedNode }) {
  const { name, architecture, kubelet, allocatable, requested } = node
  return (
    <tr>
      <th scope="row" className="truncate" title={name}>
        {name}
      </th>
      <td>
        <NodeMark node={node} />
      </td>
      <td>
        {kubelet} <span className="second">{architecture}</span>
      </td>
      <td>{toCpus(requested?.cpu, allocatable.cpu).text}</td>
      <td>{toMemory(requested?.memory, allocatable.memory).text}</td>
      <td>{toPods(requested?.pods, allocatable.pods).text}</td>
    </tr>
  )
}

/** A word, an icon and a colour. */
function NodeMark({ node }: { node: SurveyedNode }) {
  const { icon: Mark, word, look } = toNodeLook(node)
  return (
    <span className={survey.mark} data-look={look}>
      <Mark size={15} aria-hidden />
      {word}
    </span>
  )
}

function toNodeLook({ isReady, isSchedulable, pressures }: SurveyedNode) {
  if (!isReady) return { icon: IconCircleX, word: 'Not ready', look: 'bad' }
  if (pressures.length > 0)
    return { icon: IconAlertTriangle, word: `Short of ${pressures.join(', ')}`, look: 'warning' }
  if (!isSchedulable) return { icon: IconCircleMinus, word: 'Takes no new pods', look: 'off' }
  return { icon: IconCircleCheck, word: 'Ready', look: 'good' }
}

export function ComputerRoom({ survey: found }: { survey: Extract<Survey, { kind: 'local' }> }) {
  const { cores, memory, disk, system, architecture, there } = found
  const use = 'found' in there ? foundOf(there.found.use) : undefined
  return (
    <>
      <dl className={survey.meters}>
        <Meter name="CPUs in use by apps" {...toCpus(use?.cpu, cores)} />
        <Meter name="Memory in use" {...toMemory(memory.total - memory.free, memory.total)} />
        <Meter name="Disk in use" {...toMemory(disk.total - disk.free, disk.total)} />
      </dl>
      <p className={classes.note}>
        {system}, {architecture}. {formatBytes(disk.free)} are left on the disk of Slipway's data.
      </p>
    </>
  )
}

interface Figure {
  readonly text: string
  /** Of 1; undefined where it is not known. */
  readonly share: number | undefined
}

function Meter({ name, text, share }: Figure & { name: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
      {share !== undefined && (
        <span className={survey.bar} data-full={share >= 0.9 || undefined} aria-hidden>
          <span style={{ width: `${Math.min(100, share * 100)}%` }} />
        </span>
      )}
    </div>
  )
}

const toFigure = (
  part: number | undefined,
  whole: number,
  toText: (value: number) => string,
  toPart = toText,
): Figure => ({
  text: part === undefined ? toText(whole) : `${toPart(part)} of ${toText(whole)}`,
  share: part === undefined || whole === 0 ? undefined : part / whole,
})

const toCpuCount = (cpus: number): string => String(Math.round(cpus * 100) / 100)
const toCpus = (part: number | undefined, whole: number): Figure => toFigure(part, whole, toCpuCount)
const toMemory = (part: number | undefined, whole: number): Figure =>
  toFigure(part, whole, formatBytes, bytes => toPartOf(bytes, whole))
/** `4.5`, of so many GB: the unit is said once. */
const toPartOf = (bytes: number, whole: number): string =>
  whole >= 1e9 && bytes > 0 ? (bytes / 1e9).toFixed(1) : formatBytes(bytes)
const toPods = (part: number | undefined, whole: number): Figure => toFigure(part, whole, String)
