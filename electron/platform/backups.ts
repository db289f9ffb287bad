import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { type Backup, type BackupStep, engines, type RestoreStep } from '../../shared/domain/add-on.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { programsOf } from '../clusters/add-on-programs.ts'
import type { ClusterDriver, Execution } from '../clusters/driver.ts'
import type { AddOnRow, DeploymentRow } from '../database/rows.ts'
import type { Writer } from '../database/writer.ts'
import type { Asker } from '../pipeline/intents/asking.ts'

/** How the file of each engine begins. */
const marks = { postgres: 'PGDMP', redis: 'REDIS' } as const
/** Between two steps that are told. */
const stepBytes = 1024 * 1024

/** Backups of databases: files on this computer, which stay when the database is removed. */
export function createBackups(deps: {
  dataFolder: string
  writer: Pick<Writer, 'activity'>
  driver: Pick<ClusterDriver, 'execute'>
  findAddOn: (id: string) => { row: DeploymentRow; addOn: AddOnRow }
  restart: (id: string, asker: Asker) => void
  now: () => number
}) {
  const { driver, findAddOn } = deps
  const busy = new Set<string>()
  const folderOf = (id: string) => path.join(deps.dataFolder, 'backups', id)

  const list = async (id: string): Promise<Backup[]> => {
    const folder = folderOf(id)
    const names = await readdir(folder).catch(() => [])
    const whole = names.filter(name => !name.endsWith('.part'))
    const found = whole.map(async name => {
      const { size, mtimeMs } = await stat(path.join(folder, name))
      return { file: path.join(folder, name), bytes: size, at: Math.round(mtimeMs) }
    })
    return (await Promise.all(found)).toSorted((a, b) => b.at - a.at || (a.file < b.file ? 1 : -1))
  }

  /** One thing at a time is done with the data of each. */
  const reserve = ({ id, name }: DeploymentRow) => {
    if (busy.has(id)) {
      throw new SlipwayError({
        code: 'conflict',
        message: `${name} is being backed up or restored already.`,
        hint: 'Wait until that has ended, or cancel it.',
      })
    }
    busy.add(id)
  }

  const record = (verb: 'backed_up' | 'data_restored', row: DeploymentRow, asker: Asker, file: string) =>
    deps.writer.activity({
      user: asker.name,
      verb,
      deploymentId: row.id,
      deployment: row.name,
      detail: path.basename(file),
    })

  return {
    list: async (id: string): Promise<Backup[]> => list(findAddOn(id).row.id),

    /** A file is there when it is whole, and not before. */
    async *backup(id: string, asker: Asker, signal?: AbortSignal): AsyncGenerator<BackupStep, void, void> {
      const { row, addOn } = findAddOn(id)
      reserve(row)
      const folder = folderOf(id)
      const time = new Date(deps.now()).toISOString().replace(/[:.]/g, '-')
      const file = path.join(folder, `${row.name}-${time}.${engines[addOn.engine].extension}`)
      const part = `${file}.part`
      let program: Execution | undefined
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await removeParts(folder)
        program = await driver.execute(id, programsOf[addOn.engine].backup)
        let bytes = 0
        const target = await open(part, 'wx', 0o600)
        try {
          for await (const step of copyInto(target, program, signal)) {
            bytes = step
            yield { bytes, backup: null }
          }
          await target.sync()
        } finally {
          await target.close()
        }
        refuseFailed(await program.ended, `${row.name} could not be backed up.`)
        signal?.throwIfAborted()
        await rename(part, file)
        record('backed_up', row, asker, file)
        const { mtimeMs } = await stat(file)
        yield { bytes, backup: { file, bytes, at: Math.round(mtimeMs) } }
      } finally {
        program?.output.destroy()
        await rm(part, { force: true })
        busy.delete(id)
      }
    },

    /** Nothing changes before all of the file is there, and what fails changes nothing. */
    async *restore(
      { id, file, name }: { id: string; file: string; name: string },
      asker: Asker,
      signal?: AbortSignal,
    ): AsyncGenerator<RestoreStep, void, void> {
      const { row, addOn } = findAddOn(id)
      if (name !== row.name) {
        throw new SlipwayError({
          code: 'invalid_input',
          message: `The name does not match: this database is called ${row.name}.`,
          hint: 'Type the name as it is shown.',
        })
      }
      const { bytes } = await inspect(file, addOn)
      reserve(row)
      const { restore, startsAnew } = programsOf[addOn.engine]
      let program: Execution | undefined
      try {
        program = await driver.execute(id, restore(bytes))
        const stop = () => program?.output.destroy()
        signal?.addEventListener('abort', stop)
        program.output.resume()
        let sent = 0
        let shown = 0
        for await (const chunk of createReadStream(file)) {
          signal?.throwIfAborted()
          if (!(await write(program, chunk))) break
          sent += chunk.length
          if (sent - shown >= stepBytes) {
            shown = sent
            yield { bytes: sent, isDone: false }
          }
        }
        yield { bytes: sent, isDone: false }
        refuseFailed(await program.ended, `${row.name} could not be restored. It has what it had.`)
        if (startsAnew) deps.restart(id, asker)
        record('data_restored', row, asker, file)
        yield { bytes: sent, isDone: true }
      } finally {
        program?.output.destroy()
        busy.delete(id)
      }
    },
  }
}

/** Half files of a Slipway that was killed. */
async function removeParts(folder: string): Promise<void> {
  const names = await readdir(folder)
  for (const name of names.filter(one => one.endsWith('.part'))) await rm(path.join(folder, name))
}

/** Reads no faster than the disk takes it. Tells now and then how many bytes there are. */
async function* copyInto(
  target: { write(bytes: Buffer): Promise<unknown> },
  { output }: Execution,
  signal: AbortSignal | undefined,
): AsyncGenerator<number, void, void> {
  const stop = () => output.destroy()
  signal?.addEventListener('abort', stop)
  let bytes = 0
  let shown = 0
  try {
    for await (const chunk of output) {
      await target.write(chunk)
      bytes += chunk.length
      if (bytes - shown < stepBytes) continue
      shown = bytes
      yield bytes
    }
    yield bytes
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** False: the program takes no more, and its end says why. */
const write = ({ input }: Execution, chunk: Buffer): Promise<boolean> =>
  new Promise(resolve => {
    if (input.destroyed) resolve(false)
    else input.write(chunk, error => resolve(!error))
  })

function refuseFailed({ exitCode, said }: Awaited<Execution['ended']>, message: string): void {
  if (exitCode === 0) return
  throw new SlipwayError({
    code: 'unavailable',
    message,
    hint:
      exitCode === null
        ? 'The connection to it broke off. Try again.'
        : 'See what it said, and its log; then try again.',
    lines: said === '' ? [] : said.split('\n').slice(-10),
  })
}

/** Before anything is asked of the cluster. */
async function inspect(file: string, { engine }: AddOnRow): Promise<{ bytes: number }> {
  const { label } = engines[engine]
  const refused = (message: string): SlipwayError =>
    new SlipwayError({
      code: 'invalid_input',
      message,
      hint: `Choose a file that a backup of ${label} made, by its whole path.`,
    })
  if (!path.isAbsolute(file)) throw refused(`${file} is no whole path.`)
  const source = await open(file).catch(() => undefined)
  if (source === undefined) throw refused(`${file} cannot be read.`)
  try {
    const { size } = await source.stat()
    const begin = Buffer.alloc(5)
    await source.read(begin, 0, 5, 0).catch(() => undefined)
    if (begin.toString('latin1') !== marks[engine]) throw refused(`${file} is no backup of ${label}.`)
    return { bytes: size }
  } finally {
    await source.close()
  }
}
