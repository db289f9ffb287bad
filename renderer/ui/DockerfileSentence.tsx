import type { ReactNode } from 'react'
import type { OwnDockerfile } from '../../shared/domain/own-dockerfile.ts'
import type { PlanEdits } from '../../shared/domain/plan.ts'
import { EditableWord } from './EditableWord.tsx'
import classes from './PlanSentence.module.css'

/** "Dockerfile `docker/web.Dockerfile`, up to its stage `web`, copying from `.`, with the arguments `VERSION=2`." */
export function DockerfileSentence({
  own,
  edits,
  ending,
  setEdits,
}: {
  own: OwnDockerfile
  edits: PlanEdits
  ending: ReactNode
  setEdits: (edits: PlanEdits) => void
}) {
  const word = (part: 'dockerfile' | 'target' | 'context', wording: { label: string; none: string }) => {
    const found = part === 'dockerfile' ? own.file : own[part]
    const value = edits[part] ?? found?.value ?? ''
    return (
      <EditableWord
        {...wording}
        value={value === '.' ? '' : value}
        origin={edits[part] === undefined ? found?.origin : 'set by you'}
        isValid={isInside}
        set={next => {
          const { [part]: _before, ...others } = edits
          const isFound = next === (found?.value ?? '') || (next === '' && found?.value === '.')
          setEdits(isFound ? others : { ...others, [part]: next })
        }}
      />
    )
  }
  return (
    <p className={classes.sentence}>
      <strong>Dockerfile</strong> {word('dockerfile', { label: 'Dockerfile', none: 'none' })}, up to{' '}
      {word('target', { label: 'Stage', none: 'its last stage' })}, copying from{' '}
      {word('context', { label: 'Context folder', none: 'the top of the repository' })}, with{' '}
      <Arguments own={own} edits={edits} setEdits={setEdits} />. Then it runs in a container, {ending}.
    </p>
  )
}

function Arguments({
  own,
  edits,
  setEdits,
}: {
  own: OwnDockerfile
  edits: PlanEdits
  setEdits: (edits: PlanEdits) => void
}) {
  const given = edits.arguments ?? {}
  const names = [...new Set([...Object.keys(own.arguments), ...Object.keys(given)])]
  const put = (name: string | null, text: string) => {
    const { [name ?? '']: _before, ...others } = given
    const [, next, value = ''] = argument.exec(text) ?? []
    const isFound = next !== undefined && own.arguments[next]?.value === value
    const changed = next === undefined || isFound ? others : { ...others, [next]: value }
    const { arguments: _arguments, ...rest } = edits
    setEdits(Object.keys(changed).length === 0 ? rest : { ...rest, arguments: changed })
  }
  return (
    <>
      {names.map(name => (
        <span key={name}>
          <EditableWord
            label={`Build argument ${name}`}
            value={`${name}=${given[name] ?? own.arguments[name]?.value ?? ''}`}
            origin={given[name] === undefined ? own.arguments[name]?.origin : 'set by you'}
            none="NAME=VALUE"
            isValid={text => text === '' || argument.test(text)}
            set={text => put(name, text)}
          />{' '}
        </span>
      ))}
      <EditableWord
        label={names.length === 0 ? 'Build arguments' : 'Another build argument'}
        value=""
        origin="NAME=VALUE, readable in the image"
        none={names.length === 0 ? 'no build arguments' : 'another'}
        isValid={text => text === '' || argument.test(text)}
        set={text => put(null, text)}
      />
    </>
  )
}

const argument = /^([A-Za-z_]\w*)=(.*)$/s

const isInside = (path: string): boolean => /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$)).*$/.test(path)
