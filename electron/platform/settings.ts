import { defaultSettings, type Settings } from '../../shared/domain/records.ts'
import type { Reader } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'
import type { LogStore } from '../logs/log-store.ts'

/** What a person may choose; the rest is written by what it is about. */
export type SettingChanges = {
  [K in 'localConsentAt' | 'keepsRunning' | 'restoration' | 'notifies' | 'buildsAtOnce' | 'logBytes']?:
    | Settings[K]
    | undefined
}

/** Settings of the platform. What they bound follows them at once. */
export function createSettings(deps: {
  reader: Pick<Reader, 'settings'>
  writer: Writer
  logs: Pick<LogStore, 'keepWithin'>
  /** There may be room for more builds. */
  lookAtQueued: () => void
  changed: () => void
}) {
  const { reader, writer, logs } = deps
  const { logBytes } = reader.settings()
  if (logBytes !== defaultSettings.logBytes) void logs.keepWithin(logBytes).catch(() => {})

  return {
    get: (): Settings => reader.settings(),
    async update(asked: SettingChanges): Promise<Settings> {
      writer.transaction(() => {
        for (const [name, value] of Object.entries(asked))
          if (value !== undefined) writer.setting(name as keyof SettingChanges, value)
      })
      deps.changed()
      if (asked.buildsAtOnce !== undefined) deps.lookAtQueued()
      if (asked.logBytes !== undefined) await logs.keepWithin(asked.logBytes)
      return reader.settings()
    },
  }
}
