/** Where secret values are. Keys are ids of versions: a value is written once and never changed. */
export interface SecretStore {
  /** Undefined: there is none. */
  get(key: string): Promise<string | undefined>
  set(key: string, value: string): Promise<void>
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>
}
