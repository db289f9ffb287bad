import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import Sqlite from 'better-sqlite3'
import { markerVariable } from '../../electron/clusters/local/job-processes.ts'
import { listProcesses, readVariable } from '../../electron/clusters/local/processes.ts'
import type { Platform } from '../../electron/platform/platform.ts'

type Row = Record<string, unknown>

/** All that a data folder and the processes below a home have come to, without what differs between two good runs. */
export async function describeOutcome(platform: Platform, home: string) {
  const { named, ...records } = await describeRecords(platform)
  return { ...records, processes: processesOf(home).map(named).sort() }
}

/** Rows, files and what apps said. `named`: a text with names for ids. */
export async function describeRecords(platform: Platform) {
  const tables = readTables(join(platform.dataFolder, 'slipway.db'))
  const names = nameIds(tables)
  const named = (text: string) =>
    text
      .replaceAll(platform.dataFolder, '<data>')
      .replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:<digest>')
      .replaceAll(/[0-9a-z]{26}/g, id => names.get(id) ?? '<unknown id>')
  const plain = (text: string) => named(text).replaceAll(/\d{4,}/g, 'N')

  const output: Record<string, string[]> = {}
  for (const { id, name } of platform.deployments()) {
    const { lines } = await platform.logs.read({ kind: 'runtime', id }, { limit: 5000 })
    output[name] = lines.filter(line => line.stream !== 'platform').map(line => plain(line.text))
  }
  return {
    rows: Object.fromEntries(
      Object.entries(tables).map(([table, rows]) => [table, rows.map(row => toPlainRow(row, plain))]),
    ),
    files: listFiles(platform.dataFolder).map(withoutTime).map(named).filter(isKept).map(asPlain).sort(),
    output,
    named,
  }
}

/** Every process that was started below the one whose home this is, by program and job. */
export function processesOf(home: string): string[] {
  return listProcesses()
    .filter(({ pid }) => pid !== process.pid && readVariable(pid, 'HOME') === home)
    .map(({ pid }) => {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      const part = command.some(word => word.endsWith('supervisor.ts'))
        ? 'supervisor'
        : command.join(' ').trim()
      return `${part} of ${readVariable(pid, markerVariable) ?? 'no job'}`
    })
}

/** A run that failed may have left some: no test leaves them to the next. */
export function endProcessesBelow(folder: string): void {
  for (const { pid } of listProcesses()) {
    if (readVariable(pid, 'HOME')?.startsWith(folder)) process.kill(pid, 'SIGKILL')
  }
}

function readTables(file: string): Record<string, Row[]> {
  const sqlite = new Sqlite(file, { readonly: true })
  try {
    const tables = sqlite
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .pluck()
      .all() as string[]
    return Object.fromEntries(
      tables.map(table => [table, sqlite.prepare(`SELECT * FROM ${table} ORDER BY 1`).all() as Row[]]),
    )
  } finally {
    sqlite.close()
  }
}

/** Names for ids: of deployments their own, of other rows the place in their table. History knows deployments that are gone. */
function nameIds(tables: Record<string, Row[]>): Map<string, string> {
  const names = new Map<string, string>()
  for (const [table, rows] of Object.entries(tables)) {
    for (const [index, row] of rows.entries()) names.set(String(row.id), `${table}-${index + 1}`)
  }
  for (const row of tables.activity ?? []) names.set(String(row.deployment_id), String(row.deployment))
  return names
}

function toPlainRow(row: Row, plain: (text: string) => string): Row {
  const values = Object.entries(row).map(([column, value]) => {
    if (value === null || column === 'sha') return [column, value]
    if (column === 'at' || column.endsWith('_at')) return [column, 'a time']
    if (column === 'steps') return [column, toStepTexts(String(value))]
    return [column, typeof value === 'string' ? plain(value) : value]
  })
  return Object.fromEntries(values)
}

/** Copies of the database are named by when they were made. */
const withoutTime = (path: string) => path.replace(/\d{4}-\d\d-\d\dT[\d-]+Z(?:-\d+)?/, 'a-time')

/** A log that is closed is compressed in the background: how far that has come says nothing of the run. */
const isKept = (path: string) => !path.endsWith('.log.gz.new')
const asPlain = (path: string) => path.replace(/\.log\.gz$/, '.log')

const toStepTexts = (json: string) =>
  (JSON.parse(json) as { name: string; status: string }[]).map(step => `${step.name} ${step.status}`)

/** Files below the folder, but for the database's own and what git keeps in a checkout. */
function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter(path => !path.startsWith('slipway.db') && !path.startsWith('running.lock'))
    .filter(path => !path.split(sep).includes('.git'))
}
