import { askEntry, askIngressClass, askIssuer } from './address-questions.ts'
import {
  askApi,
  askClock,
  askGatewayApi,
  askMetrics,
  askPodSecurity,
  askRights,
  askStorage,
} from './api-questions.ts'
import { askBuildState } from './build-state-question.ts'
import type { CheckTask } from './check-task.ts'
import { askArchitectures, askPidLimit, askRoom } from './node-questions.ts'
import { askQuota } from './quota-question.ts'
import { askRegistry } from './registry-question.ts'

/** In the order in which a person reads them. The first is asked alone: without its answer there are no others. */
export const questions: readonly CheckTask[] = [
  { name: 'api', title: 'API', ask: askApi },
  { name: 'clock', title: 'Clock', ask: askClock },
  { name: 'rights', title: 'Rights', ask: askRights },
  { name: 'registry', title: 'Registry', ask: askRegistry },
  { name: 'pod-security', title: 'Pod Security', ask: askPodSecurity },
  { name: 'ingress-class', title: 'Ingress controller', ask: askIngressClass },
  { name: 'entry', title: 'Address of apps', ask: askEntry },
  { name: 'issuer', title: 'Certificates', ask: askIssuer },
  { name: 'gateway-api', title: 'Gateway API', ask: askGatewayApi },
  { name: 'storage', title: 'Volumes', ask: askStorage },
  { name: 'build-state', title: 'Kept between builds', ask: askBuildState },
  { name: 'metrics', title: 'Metrics', ask: askMetrics },
  { name: 'room', title: 'Room', ask: askRoom },
  { name: 'quota', title: 'Quota', ask: askQuota },
  { name: 'architectures', title: 'Processors', ask: askArchitectures },
  { name: 'pid-limit', title: 'Limit of processes', ask: askPidLimit },
]
