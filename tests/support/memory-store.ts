import type { SecretStore } from '../../electron/secrets/secret-store.ts'

/** A secret store in memory, whose values a test can look at. */
export function createMemoryStore(): SecretStore & { readonly values: ReadonlyMap<string, string> } {
  const values = new Map<string, string>()
  return {
    values,
    get: async key => values.get(key),
    set: async (key, value) => void values.set(key, value),
    delete: async key => void values.delete(key),
  }
}
