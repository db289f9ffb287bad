import type { Plan } from '../../../shared/domain/plan.ts'
import type { Files, Recogniser } from './files.ts'

const folders = ['.', 'public', 'dist', 'build']

export const recogniseStatic: Recogniser = async files => {
  const output = await findStaticOutput(files)
  if (output === undefined) return undefined
  return {
    kind: 'static',
    label: 'Static files',
    root: '.',
    runtime: null,
    install: null,
    build: null,
    start: null,
    output,
    fallback: null,
    port: null,
    notes: [],
  }
}

/** The first folder that has a start page. */
export async function findStaticOutput(files: Files): Promise<NonNullable<Plan['output']> | undefined> {
  for (const folder of folders) {
    const path = folder === '.' ? 'index.html' : `${folder}/index.html`
    if ((await files.read(path)) !== undefined) return { value: folder, origin: path }
  }
  return undefined
}
