import type { Plan } from '../../../shared/domain/plan.ts'
import type { Files, Recogniser } from './files.ts'
import { findPort, fixedPortNotes } from './port.ts'

type Found = { readonly value: string; readonly origin: string }

/** What installs the packages, and how a program of theirs is run. */
interface PythonManager {
  readonly name: string
  readonly install: Found | null
  /** What a container needs that has Python and pip. */
  readonly packages?: readonly string[]
  readonly reads?: readonly string[]
  run(command: string): string
}

const markers = ['requirements.txt', 'pyproject.toml', 'Pipfile', 'manage.py', 'setup.py']
const scripts = [
  'main.py',
  'app.py',
  'server.py',
  'wsgi.py',
  'run.py',
  'src/main.py',
  'src/app.py',
  'app/main.py',
]

export const recognisePython: Recogniser = async files => {
  const texts = await readAll(files, [...markers, ...scripts])
  const isPython = [...markers, 'main.py', 'app.py', 'server.py'].some(path => texts.has(path))
  if (!isPython) return undefined
  const packages = ['requirements.txt', 'pyproject.toml', 'Pipfile']
    .map(path => texts.get(path)?.toLowerCase() ?? '')
    .join('\n')
  const manager = await findManager(files, texts)
  const start = await findStart(files, texts, { manager, packages })
  if (start === undefined) return undefined
  const found = await findPort(files, { start: null, candidates: start.reads })
  return {
    kind: 'python',
    label: `${start.label} (${manager.name})`,
    root: '.',
    runtime: await findRuntime(files, texts),
    install: manager.install,
    build: start.build ?? null,
    start: start.command,
    output: null,
    fallback: null,
    port: found?.port ?? { value: start.port, origin: `usual for ${start.label}` },
    notes: [...(start.takesPort ? [] : fixedPortNotes(found)), ...(start.notes ?? [])],
    ...(manager.packages && { packages: [...manager.packages] }),
    ...(manager.reads && { reads: [...manager.reads] }),
  }
}

async function readAll(files: Files, paths: readonly string[]): Promise<Map<string, string>> {
  const found = await Promise.all(paths.map(async path => [path, await files.read(path)] as const))
  return new Map(found.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])))
}

/** Order is the specification: a lockfile says more than a table of pyproject.toml. */
async function findManager(files: Files, texts: ReadonlyMap<string, string>): Promise<PythonManager> {
  const names = new Set(await files.list('.'))
  const project = texts.get('pyproject.toml') ?? ''
  const by = (name: string, install: string, origin: string): PythonManager => ({
    name,
    packages: [name],
    ...(name === 'poetry' && names.has('poetry.lock') ? { reads: ['pyproject.toml', 'poetry.lock'] } : {}),
    ...(name === 'pipenv' ? { reads: ['Pipfile', 'Pipfile.lock'].filter(file => names.has(file)) } : {}),
    install: { value: install, origin },
    run: command => `${name} run ${command}`,
  })
  if (names.has('uv.lock')) return by('uv', 'uv sync --frozen --no-dev', 'uv.lock')
  if (names.has('poetry.lock')) return by('poetry', 'poetry install --no-root --only main', 'poetry.lock')
  if (names.has('pdm.lock')) return by('pdm', 'pdm install --prod --frozen-lockfile', 'pdm.lock')
  if (names.has('Pipfile.lock')) return by('pipenv', 'pipenv sync', 'Pipfile.lock')
  if (names.has('Pipfile')) return by('pipenv', 'pipenv install', 'Pipfile')
  if (/^\[tool\.uv\b/m.test(project)) return by('uv', 'uv sync --no-dev', 'pyproject.toml tool.uv')
  if (/^\[tool\.poetry\b/m.test(project))
    return by('poetry', 'poetry install --no-root --only main', 'pyproject.toml tool.poetry')
  if (/^\[tool\.pdm\b/m.test(project)) return by('pdm', 'pdm install --prod', 'pyproject.toml tool.pdm')
  const origin = ['requirements.txt', 'pyproject.toml', 'setup.py'].find(path => texts.has(path))
  if (origin === undefined) return { name: 'no packages', install: null, run: command => command }
  const what = origin === 'requirements.txt' ? '-r requirements.txt' : '.'
  return {
    name: 'pip',
    install: { value: `python3 -m venv .venv && .venv/bin/pip install ${what}`, origin },
    ...(isSelfContained(texts.get(origin) ?? '') && origin === 'requirements.txt' ? { reads: [origin] } : {}),
    run: command => `.venv/bin/${command}`,
  }
}

/** It names no other file and no folder. */
const isSelfContained = (requirements: string): boolean =>
  !/^\s*(?:-[rcef]\b|--(?:requirement|constraint|editable|find-links)|\.|file:)|@\s*(?:file:|\.)/m.test(
    requirements,
  )

interface PythonStart {
  readonly label: string
  readonly command: Found
  readonly port: number
  /** The command gives it `PORT`, whatever the code says. */
  readonly takesPort: boolean
  /** Files where the port may stand. */
  readonly reads: readonly string[]
  readonly build?: Plan['build']
  readonly notes?: readonly string[]
}

async function findStart(
  files: Files,
  texts: ReadonlyMap<string, string>,
  { manager, packages }: { manager: PythonManager; packages: string },
): Promise<PythonStart | undefined> {
  const has = (name: string) =>
    new RegExp(`(?:^|["'\\s])${name}(?:\\[[^\\]]*\\])?\\s*(?:$|["'\\s=<>~!,;])`, 'm').test(packages)
  const gunicorn = (module: string) => manager.run(`gunicorn ${module} --bind ${address}`)
  if (texts.has('manage.py'))
    return findDjango(files, texts, { manager, gunicorn, hasGunicorn: has('gunicorn') })

  const web = findInstance(texts, /^(\w+)(?:\s*:\s*\w+)?\s*=\s*(FastAPI|Flask)\(/m)
  if (web?.kind === 'FastAPI') {
    const notes =
      has('uvicorn') || /fastapi\[/.test(packages)
        ? []
        : ['It is started with uvicorn, which the packages do not name.']
    return {
      label: 'FastAPI',
      command: { value: manager.run(`uvicorn ${web.module} --host ${host} --port $PORT`), origin: web.path },
      ...{ port: 8000, takesPort: true, reads: [web.path], notes },
    }
  }
  if (web?.kind === 'Flask') {
    const command = has('gunicorn')
      ? gunicorn(web.module)
      : manager.run(`flask --app ${web.module} run --host ${host} --port $PORT`)
    return {
      label: 'Flask',
      command: { value: command, origin: web.path },
      port: 5000,
      takesPort: true,
      reads: [web.path],
    }
  }
  const script = scripts.find(path => texts.has(path))
  if (script === undefined) return undefined
  const python = manager.install === null ? 'python3' : 'python'
  return {
    label: 'Python',
    command: { value: manager.run(`${python} ${script}`), origin: script },
    ...{ port: 8000, takesPort: false, reads: [script] },
  }
}

async function findDjango(
  files: Files,
  texts: ReadonlyMap<string, string>,
  {
    manager,
    gunicorn,
    hasGunicorn,
  }: { manager: PythonManager; gunicorn: (module: string) => string; hasGunicorn: boolean },
): Promise<PythonStart> {
  const manage = (rest: string) =>
    manager.run(`${manager.install === null ? 'python3' : 'python'} manage.py ${rest}`)
  const named = /DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)\.settings/.exec(texts.get('manage.py') ?? '')?.[1]
  const wsgi = named === undefined ? undefined : `${named.replaceAll('.', '/')}/wsgi.py`
  const hasWsgi = wsgi !== undefined && (await files.read(wsgi)) !== undefined
  const settings =
    named === undefined ? undefined : await files.read(`${named.replaceAll('.', '/')}/settings.py`)
  const command =
    hasGunicorn && hasWsgi
      ? { value: gunicorn(`${named}.wsgi`), origin: wsgi }
      : { value: manage(`runserver ${address} --noreload`), origin: 'manage.py' }
  return {
    label: 'Django',
    command,
    ...{ port: 8000, takesPort: true, reads: [] },
    build: /^STATIC_ROOT\s*=/m.test(settings ?? '')
      ? { value: manage('collectstatic --noinput'), origin: 'settings.py STATIC_ROOT' }
      : null,
    notes: hasGunicorn
      ? []
      : [
          'It is started with the development server of Django: name gunicorn among the packages for a better one.',
        ],
  }
}

/** For people of this computer only; a container sets HOST. */
const host = `\${HOST:-127.0.0.1}`
const address = `${host}:$PORT`

function findInstance(texts: ReadonlyMap<string, string>, pattern: RegExp) {
  for (const path of scripts) {
    const [, name, kind] = pattern.exec(texts.get(path) ?? '') ?? []
    if (name === undefined) continue
    return { path, kind, module: `${path.replace(/\.py$/, '').replaceAll('/', '.')}:${name}` }
  }
  return undefined
}

async function findRuntime(files: Files, texts: ReadonlyMap<string, string>): Promise<Plan['runtime']> {
  const named = (await files.read('.python-version'))?.trim().split(/\s/)[0]
  if (named) return { value: `Python ${named}`, origin: '.python-version' }
  const range = /^requires-python\s*=\s*["']([^"']+)["']/m.exec(texts.get('pyproject.toml') ?? '')?.[1]
  const least = /^>=\s*(\d+(?:\.\d+)*)/.exec(range ?? '')?.[1]
  if (range !== undefined) {
    return {
      value: least === undefined ? `Python ${range}` : `Python ${least} or later`,
      origin: 'pyproject.toml requires-python',
    }
  }
  return {
    value: 'Python',
    origin: markers.find(path => texts.has(path)) ?? scripts.find(path => texts.has(path)) ?? '',
  }
}
