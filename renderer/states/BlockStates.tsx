import { Button, Checkbox } from '@mantine/core'
import { LostBar } from '../frame/ConnectionBar.tsx'
import { EmptyNote } from '../ui/EmptyNote.tsx'
import { FailurePanel } from '../ui/FailurePanel.tsx'
import { NameForm } from '../ui/NameDialog.tsx'
import { QueryView } from '../ui/QueryView.tsx'
import { SkeletonRows } from '../ui/SkeletonRows.tsx'
import { Section } from './Section.tsx'
import classes from './States.module.css'
import { failure, now } from './samples.ts'

const nothing = () => {}
const asked = { data: undefined, refetch: (async () => {}) as never }
const dialog = { name: 'shop-db', close: nothing, act: nothing, isPending: false, failure: null } as const

export function BlockStates() {
  return (
    <>
      <Section title="Out of date" isWide>
        <LostBar lostAt={now - 95_000} attempts={3} nextAttemptAt={now + 5_000} tryNow={nothing} />
        <LostBar lostAt={now - 4_000} attempts={0} nextAttemptAt={null} tryNow={nothing} />
      </Section>
      <Section title="Loading">
        <QueryView
          query={{ ...asked, error: null }}
          loading={<SkeletonRows count={4} widths={[8, 14, 22, 30, 6]} />}
        >
          {() => null}
        </QueryView>
      </Section>
      <Section title="Empty">
        <EmptyNote title="No release yet" actions={<Button>Deploy</Button>}>
          Every finished build becomes one and is listed here.
        </EmptyNote>
      </Section>
      <Section title="Failed">
        <FailurePanel
          failure={{ ...failure, lines: [...failure.lines] } as never}
          actions={
            <>
              <Button>Use 8080 and deploy again</Button>
              <Button variant="default">Open log</Button>
            </>
          }
        />
      </Section>
      <Section title="Not read">
        <QueryView query={{ ...asked, error: new Error('lost') }} loading={null}>
          {() => null}
        </QueryView>
      </Section>
      <Section title="Dialog">
        <div className={classes.dialog}>
          <NameForm
            {...dialog}
            verb="Remove"
            otherwise="Keep it"
            about={
              <>
                Lost: its password, its logs, builds and releases.
                <br />
                Kept: backups on this computer, and its volume with all that it holds.
              </>
            }
          >
            <Checkbox
              label="Delete its volume of 5 GiB too"
              description="With all that the database holds."
            />
          </NameForm>
        </div>
      </Section>
      <Section title="Dialog that failed">
        <div className={classes.dialog}>
          <NameForm
            {...dialog}
            verb="Restore"
            otherwise="Leave it as it is"
            isPending
            failure={
              {
                ...failure,
                code: 'cluster_unreachable',
                message: 'The cluster does not answer.',
                hint: 'Try again when it does.',
                lines: [],
              } as never
            }
            about="Lost: what the database holds now. It becomes what it was 2 days ago."
          />
        </div>
      </Section>
    </>
  )
}
