/** Rules about variables that every surface checks as it is typed. */

const nameLength = 256
/** UTF-8 bytes of one value, and of all variables of a deployment together. */
export const mostVariableBytes = 128 * 1024

/** What Slipway sets itself, and what decides how programs are found and loaded. */
const reservedNames: Readonly<Record<string, string>> = {
  PORT: 'Slipway sets PORT. Change the port in the settings instead',
  PATH: 'PATH decides which programs are found; put programs into the repository instead',
  HOME: 'HOME belongs to the person who runs Slipway',
  SLIPWAY: 'Slipway sets SLIPWAY itself',
}

/** Why a name is refused, as a sentence without its end; undefined when it is good. */
export function whyNameIsRefused(name: string): string | undefined {
  if (name === '') return 'A variable needs a name'
  if (name.length > nameLength) return `A name has at most ${nameLength} characters`
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return 'A name has only letters, digits and _, and does not begin with a digit'
  if (/^SLIPWAY_/.test(name)) return 'Names that begin with SLIPWAY_ belong to Slipway'
  return Object.hasOwn(reservedNames, name) ? reservedNames[name] : undefined
}

/** Why a value is refused; undefined when it is good. */
export function whyValueIsRefused(value: string): string | undefined {
  if (value.includes('\0')) return 'A value cannot hold a NUL character'
  if (byteLength(value) > mostVariableBytes) return 'A value has at most 128 KiB'
  return undefined
}

export const byteLength = (text: string): number => {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

/** Front-end tools put these into the files that they build. */
export const suggestScope = (name: string): 'run' | 'build' =>
  /^(?:VITE|NEXT_PUBLIC|PUBLIC|REACT_APP|NUXT_PUBLIC|GATSBY|VUE_APP)_/.test(name) ? 'build' : 'run'

export const suggestSecret = (name: string): boolean =>
  suggestScope(name) !== 'build' &&
  /(?:SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PRIVATE|CREDENTIAL)|(?:^|_)(?:API_?KEY|KEY|DSN|PASS|PWD)$|DATABASE_URL|REDIS_URL|MONGO\w*_URI/.test(
    name.toUpperCase(),
  )
