import { BlockStates } from './BlockStates.tsx'
import { ControlStates } from './ControlStates.tsx'
import classes from './States.module.css'
import { StatusStates } from './StatusStates.tsx'
import { WorkStates } from './WorkStates.tsx'

export function StatesPage() {
  return (
    <main className={classes.page}>
      <h1 className="visually-hidden">Every primitive in every state</h1>
      <StatusStates />
      <ControlStates />
      <WorkStates />
      <BlockStates />
    </main>
  )
}
