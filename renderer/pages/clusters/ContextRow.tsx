import { Button } from '@mantine/core'
import { IconLockOpen, IconTerminal2 } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Context } from '../../../shared/domain/cluster.ts'
import classes from './Clusters.module.css'

/** One context: what it is, what is to know of it, and the way to add it. A program is agreed to before it is started. */
export function ContextRow({
  context,
  isAdding,
  add,
}: {
  context: Context
  isAdding: boolean
  add: (mayStart: string | null) => void
}) {
  const { name, server, startsProgram, isVerified, clusterId } = context
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <div className={classes.context}>
        <span className={`truncate ${classes.name}`}>{name}</span>
        <span className={`truncate ${classes.about}`}>{server}</span>
        <span className={classes.marks}>
          {startsProgram !== null && (
            <span className={classes.flag}>
              <IconTerminal2 size={14} aria-hidden />
              <span className="truncate" title={startsProgram}>
                starts {baseName(startsProgram)}
              </span>
            </span>
          )}
          {!isVerified && (
            <span className={classes.flag} data-warning>
              <IconLockOpen size={14} aria-hidden /> not verified
            </span>
          )}
        </span>
        {clusterId === null ? (
          <Button
            variant="default"
            aria-label={`Add ${name}`}
            loading={isAdding}
            disabled={isAsking}
            onClick={() => (startsProgram === null ? add(null) : setAsking(true))}
          >
            Add
          </Button>
        ) : (
          <Link to="/clusters/$id" params={{ id: clusterId }} className={`text-link ${classes.added}`}>
            Added
          </Link>
        )}
      </div>
      {isAsking && startsProgram !== null && (
        <div className={classes.consent}>
          <p className={classes.consentText}>
            This context starts <span className="mono">{startsProgram}</span> on this computer to sign in. It
            runs with your rights, now and whenever the sign-in ends. You are asked once for each program.
          </p>
          <div className={classes.buttons}>
            <Button loading={isAdding} onClick={() => add(startsProgram)}>
              Start {baseName(startsProgram)} and add
            </Button>
            <Button variant="default" onClick={() => setAsking(false)}>
              Cancel
            </Button>
          </div>
        </div>
      )}
    </>
  )
}

const baseName = (program: string): string => program.split(/[/\\]/).at(-1) ?? program
