import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react'
import type { Check } from '../../shared/domain/cluster.ts'
import classes from './Checks.module.css'

const looks = {
  ok: { icon: IconCircleCheck, word: 'fine' },
  warning: { icon: IconAlertTriangle, word: 'warning' },
  lack: { icon: IconCircleX, word: 'lacking' },
  running: { icon: IconCircleDashed, word: 'being asked' },
} as const

/** A word, an icon and a colour, as every status. */
export function CheckMark({ result }: { result: Check['result'] | 'running' }) {
  const { icon: Mark, word } = looks[result]
  return (
    <span className={classes.mark} data-result={result}>
      <Mark size={16} aria-hidden />
      <span className="visually-hidden">{word}</span>
    </span>
  )
}
