import type { EngineName } from '../../shared/domain/add-on.ts'

/** What is run in the container of an engine. Passwords come from its environment, and stand in no argument. */
export interface EnginePrograms {
  /** Undefined: what the image starts by itself. */
  readonly start: readonly string[] | undefined
  readonly args: readonly string[]
  readonly variables: Readonly<Record<string, string>>
  readonly shell: readonly string[]
  /** Prints a backup of all. */
  readonly backup: readonly string[]
  /** Takes a backup of that many bytes. All of it is there before anything changes, and a failure changes nothing. */
  readonly restore: (bytes: number) => readonly string[]
  /** What was restored is there after the next start. */
  readonly startsAnew: boolean
}

/** Where the volume is. */
export const dataPath = '/data'

const asClient = 'export PGPASSWORD="$POSTGRES_PASSWORD" PGHOST=127.0.0.1 PGUSER="$POSTGRES_USER"'
const sh = (script: string, ...words: string[]): string[] => ['sh', '-c', script, 'sh', ...words]
/** Until all has arrived it is no backup. The end of the input cannot be told in every version of the protocol, so bytes are counted. */
const receive = `set -eu
umask 077
trap 'rm -f ${dataPath}/restore.part' EXIT
head -c "$1" >${dataPath}/restore.part
[ "$(wc -c <${dataPath}/restore.part)" -eq "$1" ] || { echo "the file did not arrive whole" >&2; exit 1; }`

export const programsOf: Readonly<Record<EngineName, EnginePrograms>> = {
  postgres: {
    start: undefined,
    args: ['postgres'],
    // Not the root of the volume, which may hold what the file system keeps there.
    variables: { POSTGRES_USER: 'app', POSTGRES_DB: 'app', PGDATA: `${dataPath}/postgres` },
    shell: sh(`${asClient}; exec psql app`),
    backup: sh(`${asClient}; exec pg_dump --format=custom app`),
    // Into a database of its own, which then takes the place of the other in one transaction. Whoever is connected has to go, and may
    // be back before the name is free.
    restore: bytes =>
      sh(
        `${receive}
${asClient}
run() { psql -qX -v ON_ERROR_STOP=1 -d postgres "$@" >/dev/null; }
run -c 'DROP DATABASE IF EXISTS app_restored WITH (FORCE)' -c 'CREATE DATABASE app_restored TEMPLATE template0'
undo() { run -c 'DROP DATABASE IF EXISTS app_restored WITH (FORCE)'; exit 1; }
pg_restore --exit-on-error --no-owner -d app_restored ${dataPath}/restore.part || undo
run -c 'DROP DATABASE IF EXISTS app_replaced WITH (FORCE)'
tries=0
until run -1 -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'app'" \\
  -c 'ALTER DATABASE app RENAME TO app_replaced' -c 'ALTER DATABASE app_restored RENAME TO app'; do
  tries=$((tries + 1))
  [ "$tries" -lt 10 ] || undo
done
run -c 'DROP DATABASE app_replaced WITH (FORCE)'`,
        String(bytes),
      ),
    startsAnew: false,
  },
  redis: {
    start: sh(`umask 077
[ ! -f ${dataPath}/restored.rdb ] || mv -f ${dataPath}/restored.rdb ${dataPath}/dump.rdb
printf 'requirepass %s\\ndir ${dataPath}\\nsave 60 1\\n' "$REDIS_PASSWORD" >/tmp/redis.conf
exec redis-server /tmp/redis.conf`),
    args: [],
    variables: {},
    shell: sh('REDISCLI_AUTH="$REDIS_PASSWORD" exec redis-cli'),
    backup: sh('REDISCLI_AUTH="$REDIS_PASSWORD" exec redis-cli --rdb -'),
    // Redis writes what it has when it stops, so the other file waits beside it.
    restore: bytes =>
      sh(
        `${receive}
[ "$(head -c 5 ${dataPath}/restore.part)" = REDIS ] || { echo "this is no RDB file" >&2; exit 1; }
redis-check-rdb ${dataPath}/restore.part >&2
mv -f ${dataPath}/restore.part ${dataPath}/restored.rdb`,
        String(bytes),
      ),
    startsAnew: true,
  },
}
