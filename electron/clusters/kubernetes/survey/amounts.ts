import type { V1Container, V1Pod, V1ResourceRequirements } from '@kubernetes/client-node'
import { type Amounts, addAmounts, noAmounts } from '../../../../shared/domain/survey.ts'
import { toNumber } from '../quantity.ts'

type Side = 'requests' | 'limits'

/** What the pod asked for or is bounded to, as the scheduler and `kubectl describe node` count. */
export function toAmounts({ spec }: Pick<V1Pod, 'spec'>, side: Side): Amounts {
  const of = (one: V1Container): Amounts => read(one.resources, side)
  const running = (spec?.containers ?? []).map(of).reduce(addAmounts, noAmounts)
  // Those that run on beside the others add to each that comes after them; of the others one runs at a time.
  let beside = noAmounts
  let most = noAmounts
  for (const one of spec?.initContainers ?? []) {
    const runsOn = one.restartPolicy === 'Always'
    if (runsOn) beside = addAmounts(beside, of(one))
    most = atLeast(most, runsOn ? beside : addAmounts(beside, of(one)))
  }
  const ofContainers = atLeast(addAmounts(running, beside), most)
  const whole = { ...ofContainers, ...set(spec?.resources, side) }
  return addAmounts(whole, toAmountsOf(spec?.overhead))
}

const read = (resources: V1ResourceRequirements | undefined, side: Side): Amounts =>
  toAmountsOf(resources?.[side])

const toAmountsOf = (given: Readonly<Record<string, string>> | undefined): Amounts => ({
  cpu: toNumber(given?.cpu),
  memory: toNumber(given?.memory),
})

/** What is given for the pod as a whole stands above what its containers have. */
function set(resources: V1ResourceRequirements | undefined, side: Side): Partial<Amounts> {
  const given = resources?.[side]
  return {
    ...(given?.cpu === undefined ? {} : { cpu: toNumber(given.cpu) }),
    ...(given?.memory === undefined ? {} : { memory: toNumber(given.memory) }),
  }
}

const atLeast = (one: Amounts, other: Amounts): Amounts => ({
  cpu: Math.max(one.cpu, other.cpu),
  memory: Math.max(one.memory, other.memory),
})
