import type { Recogniser } from './files.ts'
import { findPort, fixedPortNotes } from './port.ts'

const scripts = ['start.sh', 'run.sh', 'bin/start', 'bin/start.sh', 'scripts/start.sh']

/** A script that starts the app, where nothing else says how. */
export const recogniseShell: Recogniser = async files => {
  for (const path of scripts) {
    const text = await files.read(path)
    if (text === undefined) continue
    const shell = /^#!.*\b(bash|zsh|sh)\b/.exec(text)?.[1] ?? 'sh'
    const found = await findPort(files, { start: null, candidates: [path] })
    return {
      kind: 'shell',
      label: 'Shell script',
      root: '.',
      runtime: null,
      install: null,
      build: null,
      start: { value: `exec ${shell} ${path}`, origin: path },
      output: null,
      fallback: null,
      port: found?.port ?? null,
      notes: fixedPortNotes(found),
    }
  }
  return undefined
}
