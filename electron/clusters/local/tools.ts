import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import semver from 'semver'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Plan, Tool } from '../../../shared/domain/plan.ts'
import { firstProgram, isOnPath, toBuildEnvironment } from './environment.ts'
import { readJson } from './job.ts'
import { findJobProcesses, markerVariable, terminate } from './job-processes.ts'
import { listNames } from './local-folders.ts'
import { missingTool } from './run-failure.ts'
import { type ProgramResult, runProgram } from './run-program.ts'
import { npmFor, toolLabels, toPackage } from './tool-packages.ts'
import { notFetched, toAsked, toFetchFailure, toLabel, toMissingNote, toOwnText } from './tool-words.ts'

export type Tools = ReturnType<typeof createTools>

interface Waiter {
  readonly print: (line: string) => void
  readonly signal: AbortSignal
}

interface Fetch {
  readonly done: Promise<string>
  readonly abort: AbortController
  readonly waiters: Set<Waiter>
}

const draftPrefix = '.fetching-'
const fetchLimitMs = 10 * 60_000

/**
 * Programs in the versions that plans want, where this computer's own do not fit: fetched with the person's npm, once for
 * all that want them. `folder` holds one folder a version, `node-22.11.0`, which is there as a whole or not at all.
 */
export function createTools(deps: { folder: string; environment: NodeJS.ProcessEnv; graceMs: number }) {
  const { folder } = deps
  /** Another Slipway fetches into another folder. */
  const marker = `tools ${folder}`
  const environment = toBuildEnvironment(deps.environment)
  const path = environment.PATH ?? ''
  const fetches = new Map<string, Fetch>()
  /** Versions that a build was given and has not recorded yet. */
  const held = new Map<object, Set<string>>()
  let drafts = 0

  const run = (
    program: string,
    args: readonly string[],
    options: { cwd?: string; first?: string; signal?: AbortSignal; print?: (line: string) => void } = {},
  ): Promise<ProgramResult> => {
    mkdirSync(folder, { recursive: true })
    return runProgram({
      program,
      args,
      cwd: options.cwd ?? folder,
      env: {
        ...environment,
        ...(options.first === undefined ? {} : { PATH: `${options.first}${delimiter}${path}` }),
        [markerVariable]: marker,
      },
      graceMs: deps.graceMs,
      signal: options.signal,
      onLine: options.print,
    })
  }

  /** The version of this computer's own; undefined when there is none. */
  const ownNode = async (): Promise<string | undefined> => {
    if (!isOnPath('node', path)) return undefined
    const { exitCode, stdout } = await run('node', ['--version'])
    return exitCode === 0 ? (semver.valid(stdout.trim()) ?? undefined) : undefined
  }

  /** `undefined`: what the computer has will do. Package managers look for the right version of themselves. */
  const toWanted = async (tool: Tool): Promise<{ tool: Tool; own: string | undefined } | undefined> => {
    if (tool.name !== 'node') return isOnPath(tool.name, path) ? undefined : { tool, own: undefined }
    const own = await ownNode()
    return own !== undefined && semver.satisfies(own, tool.range) ? undefined : { tool, own }
  }

  const findFetched = (tool: Pick<Tool, 'name' | 'range'>): string | undefined => {
    const versions = listNames(folder).flatMap(name =>
      name.startsWith(`${tool.name}-`) ? [name.slice(tool.name.length + 1)] : [],
    )
    return semver.maxSatisfying(versions, tool.range) ?? undefined
  }

  const programsOf = (name: Tool['name'], version: string): string => {
    const programs = toPackage({ name, range: version })?.programs ?? ''
    return join(folder, `${name}-${version}`, programs)
  }

  /** Joins the fetch that is under way for the same thing. It ends when nobody waits for it any more. */
  const fetch = async (tool: Tool, waiter: Waiter): Promise<string> => {
    const key = `${tool.name}@${tool.range}`
    let one = fetches.get(key)
    if (one === undefined) {
      const abort = new AbortController()
      const waiters = new Set<Waiter>()
      const print = (line: string) => {
        for (const each of waiters) each.print(line)
      }
      const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(fetchLimitMs)])
      const done = install(tool, { print, signal })
      one = { done, abort, waiters }
      fetches.set(key, one)
      done.catch(() => undefined).then(() => forget(key, abort))
    }
    const { done, abort, waiters } = one
    waiters.add(waiter)
    const left = new Promise<never>((_, reject) => {
      waiter.signal.addEventListener('abort', () => reject(waiter.signal.reason), { once: true })
    })
    try {
      waiter.signal.throwIfAborted()
      return await Promise.race([done, left])
    } finally {
      waiters.delete(waiter)
      if (waiters.size === 0) {
        forget(key, abort)
        abort.abort(new Error('nobody waits for it any more'))
        await done.catch(() => undefined)
      }
    }
  }

  const forget = (key: string, abort: AbortController) => {
    if (fetches.get(key)?.abort === abort) fetches.delete(key)
  }

  const install = async (tool: Tool, { print, signal }: Waiter): Promise<string> => {
    const from = toPackage(tool)
    if (from === undefined)
      throw new SlipwayError(notFetched(tool, 'npm has none for this kind of computer.'))
    if (!isOnPath('npm', path)) throw new SlipwayError(missingTool('npm', 'npm install'))
    const draft = join(folder, `${draftPrefix}${process.pid}-${++drafts}`)
    mkdirSync(draft, { recursive: true })
    const npm = async (spec: string) => {
      const args = ['install', '--prefix', draft, '--ignore-scripts', '--no-audit', '--no-fund']
      const done = await run('npm', [...args, '--loglevel=error', spec], { cwd: draft, signal, print })
      if (done.exitCode !== 0) throw new SlipwayError(toFetchFailure(tool, done))
    }
    try {
      await npm(`${from.name}@${tool.range}`)
      const manifest = readJson<{ version: string }>(join(draft, 'node_modules', from.name, 'package.json'))
      const version = manifest?.version ?? ''
      const first = join(draft, from.programs)
      const tried = await run(join(first, tool.name), ['--version'], { cwd: draft, signal, first })
      if (tried.exitCode !== 0)
        throw new SlipwayError({
          ...notFetched(tool, 'What npm has does not run here.'),
          lines: [...tried.lastLines],
        })
      if (tool.name === 'node' && !(await isKnownToNpm(first, signal))) await npm(npmFor(version))
      const place = join(folder, `${tool.name}-${version}`)
      if (!existsSync(place)) renameSync(draft, place)
      return version
    } finally {
      rmSync(draft, { recursive: true, force: true, maxRetries: 5 })
    }
  }

  /** npm runs on a Node that it does not support, with a warning, until it meets something that is not there. */
  const isKnownToNpm = async (first: string, signal: AbortSignal): Promise<boolean> => {
    const { exitCode, lastLines } = await run('npm', ['--version'], { first, signal })
    return exitCode === 0 && !lastLines.some(line => line.includes('does not support Node.js'))
  }

  const bring = async (tool: Tool, waiter: Waiter): Promise<string> => {
    const there = findFetched(tool)
    if (there !== undefined) return there
    waiter.print(`Fetching ${toLabel(tool)} with npm: ${tool.origin} asks for it`)
    return fetch(tool, waiter)
  }

  return {
    /** Ends what an earlier Slipway was fetching when it was killed. */
    async adopt(): Promise<void> {
      await terminate(() => findJobProcesses({ marker, leader: null }), deps.graceMs)
      for (const name of listNames(folder))
        if (name.startsWith(draftPrefix)) rmSync(join(folder, name), { recursive: true, force: true })
    },

    /** The plan with notes on what this computer lacks or has to fetch. Fetches nothing. */
    async advise(plan: Plan): Promise<Plan> {
      const notes: string[] = []
      const wanted = (await Promise.all((plan.tools ?? []).map(toWanted))).flatMap(one => one ?? [])
      for (const { tool, own } of wanted) {
        if (findFetched(tool) === undefined)
          notes.push(
            `${toLabel(tool)} is fetched with npm at the first build, since ${tool.origin} asks for it and ${toOwnText(tool, own)}.`,
          )
      }
      const brought = new Set<string>(wanted.map(({ tool }) => tool.name))
      const missing = [plan.install, plan.build, plan.start].flatMap(step => {
        const program = step === null ? undefined : firstProgram(step.value)
        const isThere = program === undefined || brought.has(program) || isOnPath(program, path)
        return isThere || builtIn.has(program) ? [] : [program]
      })
      for (const program of new Set(missing)) notes.push(toMissingNote(program))
      return { ...plan, notes: [...plan.notes, ...notes] }
    },

    /** Brings the plan's tools here, and says in it which. They stay at least until `release` is called. */
    async prepare(plan: Plan, { holder, ...waiter }: Waiter & { holder: object }): Promise<Plan> {
      const hold = new Set<string>()
      held.set(holder, hold)
      const notes: string[] = []
      const tools: Tool[] = []
      let { runtime } = plan
      for (const tool of plan.tools ?? []) {
        const wanted = await toWanted(tool)
        if (wanted === undefined) {
          tools.push({ ...tool, fetched: null })
          continue
        }
        try {
          const fetched = await bring(tool, waiter)
          hold.add(`${tool.name}-${fetched}`)
          tools.push({ ...tool, fetched })
          if (tool.name === 'node')
            runtime = { value: `Node ${fetched}`, origin: `fetched; ${toAsked(tool)}` }
          waiter.print(`${toolLabels[tool.name]} ${fetched}, fetched; ${toAsked(tool)}`)
        } catch (error) {
          if (
            waiter.signal.aborted ||
            tool.isPinned ||
            wanted.own === undefined ||
            !(error instanceof SlipwayError)
          )
            throw error
          tools.push({ ...tool, fetched: null })
          const note = `${toLabel(tool)} could not be fetched, so this is built and run with this computer's Node ${wanted.own}.`
          notes.push(note)
          waiter.print(`${note} ${error.message}`)
        }
      }
      return tools.length === 0 ? plan : { ...plan, runtime, tools, notes: [...plan.notes, ...notes] }
    },
    release: (holder: object): void => void held.delete(holder),

    /** Fetches again what somebody deleted of the plan's tools. */
    async ensure(plan: Plan): Promise<void> {
      for (const tool of plan.tools ?? [])
        if (tool.fetched !== null) await bring({ ...tool, range: tool.fetched }, unattended)
    },

    /** The plan's fetched programs, then what was there before. */
    toPath: (plan: Plan, before: string): string =>
      [
        ...(plan.tools ?? []).flatMap(({ name, fetched }) =>
          fetched === null ? [] : programsOf(name, fetched),
        ),
        before,
      ].join(delimiter),

    /** Deletes the versions that no plan names. */
    collect(plans: () => readonly Plan[]): void {
      const names = listNames(folder).filter(name => !name.startsWith(draftPrefix))
      if (names.length === 0) return
      const kept = new Set([
        ...[...held.values()].flatMap(hold => [...hold]),
        ...plans().flatMap(plan => (plan.tools ?? []).map(tool => `${tool.name}-${tool.fetched}`)),
      ])
      for (const name of names)
        if (!kept.has(name)) rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 5 })
    },

    async dispose(): Promise<void> {
      const all = [...fetches.values()]
      for (const { abort } of all) abort.abort(new Error('Slipway closes'))
      await Promise.all(all.map(({ done }) => done.catch(() => undefined)))
    },
  }
}

const unattended: Waiter = { print: () => undefined, signal: new AbortController().signal }

const builtIn = new Set([
  'cd',
  'export',
  'set',
  'source',
  'test',
  'if',
  'for',
  'while',
  'echo',
  'true',
  'eval',
])
