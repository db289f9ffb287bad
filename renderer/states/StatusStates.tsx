import { CheckList } from '../clusters/CheckList.tsx'
import { ConnectionMark } from '../clusters/ConnectionMark.tsx'
import { StatusMark } from '../status/StatusMark.tsx'
import { buildLooks, deploymentLooks, releaseLooks, type StatusLook } from '../status/status-map.ts'
import { Section } from './Section.tsx'
import classes from './States.module.css'

export function StatusStates() {
  return (
    <>
      <Section title="Status">
        <Marks looks={deploymentLooks} />
        <Marks looks={buildLooks} />
        <Marks looks={releaseLooks} />
        <p className={classes.line}>
          <StatusMark look={deploymentLooks.live} word="Live for 3 days" />
          <StatusMark look={deploymentLooks.failed} iconOnly />
          <ConnectionMark state="connected" />
          <ConnectionMark state="unreachable" />
          <ConnectionMark state="unknown" />
        </p>
      </Section>
      <Section title="Checks of a cluster">
        <CheckList
          events={[
            {
              name: 'reach',
              title: 'The cluster answers',
              check: { result: 'ok', detail: 'Kubernetes 1.34, in 12 ms.', action: null, command: null },
            },
            {
              name: 'storage',
              title: 'Volumes are made',
              check: {
                result: 'warning',
                detail: 'No storage class is the default.',
                action: 'Make one of them the default.',
                command:
                  'kubectl annotate storageclass local-path storageclass.kubernetes.io/is-default-class=true',
              },
            },
            {
              name: 'rights',
              title: 'You may deploy',
              check: {
                result: 'lack',
                detail: 'You may not make namespaces.',
                action: 'Ask an administrator for the role of an owner.',
                command: null,
              },
            },
            { name: 'build', title: 'A build runs', check: null },
          ].map(event => event as never)}
        />
      </Section>
    </>
  )
}

function Marks({ looks }: { looks: Readonly<Record<string, StatusLook>> }) {
  return (
    <p className={classes.line}>
      {Object.entries(looks).map(([status, look]) => (
        <StatusMark key={status} look={look} />
      ))}
    </p>
  )
}
