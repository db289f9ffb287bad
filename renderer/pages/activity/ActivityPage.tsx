import { Button } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ActivityList } from '../../activity/ActivityList.tsx'
import { Page } from '../../frame/Page.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { useUsers } from '../../users/use-users.ts'
import classes from './Activity.module.css'
import type { ActivityView } from './activity-view.ts'

const showWords = { all: 'everything', problems: 'what went wrong' } as const

export function ActivityPage() {
  const view = useSearch({ from: '/activity' })
  const navigate = useNavigate()
  const setView = (next: ActivityView) => void navigate({ to: '/activity', search: next, replace: true })
  const isFiltered = view.by !== undefined || view.problems !== undefined
  return (
    <Page title="Activity">
      <ActivityToolbar view={view} setView={setView} />
      <ActivityList
        wish={{
          ...(view.by === undefined ? {} : { user: view.by }),
          ...(view.problems === undefined ? {} : { problems: true }),
        }}
        empty={
          isFiltered ? (
            <EmptyNote
              title={view.problems === undefined ? 'Nothing of this user' : 'Nothing went wrong'}
              actions={
                <Button variant="default" onClick={() => setView({})}>
                  Show everything
                </Button>
              }
            />
          ) : (
            <EmptyNote
              title="Nothing has happened yet"
              actions={<LinkButton to="/new">New deployment</LinkButton>}
            >
              Who deployed, rolled back, stopped or removed what, and how it ended, is listed here.
            </EmptyNote>
          )
        }
      />
    </Page>
  )
}

function ActivityToolbar({ view, setView }: { view: ActivityView; setView: (view: ActivityView) => void }) {
  const { users, areSeveral } = useUsers()
  const { by, problems, ...rest } = view
  const names = Object.fromEntries(users.map(({ name }) => [name, name]))
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Show">
      {(areSeveral || by !== undefined) && (
        <Choice
          label="By"
          value={by ?? ''}
          words={{ '': 'anybody', ...names, ...(by === undefined ? {} : { [by]: by }) }}
          choose={name =>
            setView({
              ...rest,
              ...(problems === undefined ? {} : { problems }),
              ...(name === '' ? {} : { by: name }),
            })
          }
        />
      )}
      <Choice
        label="Show"
        value={problems === undefined ? 'all' : 'problems'}
        words={showWords}
        choose={what =>
          setView({
            ...rest,
            ...(by === undefined ? {} : { by }),
            ...(what === 'all' ? {} : { problems: true }),
          })
        }
      />
    </div>
  )
}
