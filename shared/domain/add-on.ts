import { z } from 'zod'

/**
 * A database that Slipway runs for a project: a deployment whose source is the image of an engine, with a volume and a password
 * of its own. In code `addOn`, since `database` is Slipway's own.
 */
export const engineNames = ['postgres', 'redis'] as const
export const engineSchema = z.enum(engineNames)
export type EngineName = z.infer<typeof engineSchema>

export interface Engine {
  readonly label: string
  readonly image: string
  /** Taken where nobody names another. */
  readonly version: string
  readonly port: number
  /** Of the add-on itself: the name of its secret. */
  readonly passwordVariable: string
  /** Of what is attached to it, where nobody chooses another. */
  readonly variable: string
  /** Of a backup's file. */
  readonly extension: string
}

export const engines: Readonly<Record<EngineName, Engine>> = {
  postgres: {
    label: 'PostgreSQL',
    image: 'docker.io/library/postgres',
    version: '17',
    port: 5432,
    passwordVariable: 'POSTGRES_PASSWORD',
    variable: 'DATABASE_URL',
    extension: 'dump',
  },
  redis: {
    label: 'Redis',
    image: 'docker.io/library/redis',
    version: '7',
    port: 6379,
    passwordVariable: 'REDIS_PASSWORD',
    variable: 'REDIS_URL',
    extension: 'rdb',
  },
}

/** What an app finds in its variable. Each engine knows one user and one database of the add-on. */
export function toConnectionUrl(
  engine: EngineName,
  { host, port, password }: { host: string; port: number; password: string },
): string {
  const secret = encodeURIComponent(password)
  return engine === 'postgres'
    ? `postgres://${postgresUser}:${secret}@${host}:${port}/${postgresUser}`
    : `redis://default:${secret}@${host}:${port}/0`
}

/** The user, and the database of the same name. */
export const postgresUser = 'app'

const volumeRule = 'A volume has from 1 to 1000 GiB.'
export const volumeSchema = z.int(volumeRule).min(1, volumeRule).max(1000, volumeRule)
export const defaultVolumeGib = 5

/** What makes a deployment an add-on. */
export const addOnSchema = z.object({ engine: engineSchema, volumeGib: volumeSchema })
export type AddOn = z.infer<typeof addOnSchema>

/** A backup on this computer. `at`: UTC milliseconds. */
export const backupSchema = z.object({
  file: z.string(),
  bytes: z.number().int(),
  at: z.number().int(),
})
export type Backup = z.infer<typeof backupSchema>

/** How far it is; the last one says where it is done. `bytes`: so far. */
export const backupStepSchema = z.object({ bytes: z.number().int(), backup: backupSchema.nullable() })
export type BackupStep = z.infer<typeof backupStepSchema>

/** `isDone`: the add-on has what the file has. */
export const restoreStepSchema = z.object({ bytes: z.number().int(), isDone: z.boolean() })
export type RestoreStep = z.infer<typeof restoreStepSchema>
