/** Puts secrets into the keychain that is there, each step in the words of its argument; prints what came of them as JSON. */

import { findKeychain } from '../../electron/secrets/keychain.ts'
import { createSecretPlace } from '../../electron/secrets/secret-place.ts'
import type { SecretPlace } from '../../shared/domain/records.ts'

const [folder = '', placeJson = 'null', ...steps] = process.argv.slice(2)
let place = JSON.parse(placeJson) as SecretPlace | null
const store = createSecretPlace({
  folder,
  record: {
    read: () => place,
    write: next => {
      place = next
    },
  },
  findKeychain,
})
const got: (string | null)[] = []
for (const step of steps) {
  const [verb, key = '', value = ''] = step.split(' ')
  if (verb === 'set') await store.set(key, value)
  else if (verb === 'delete') await store.delete(key)
  else got.push((await store.get(key)) ?? null)
}
process.stdout.write(JSON.stringify({ place, got }))
