import { whyNameIsRefused, whyValueIsRefused } from './variable-rules.ts'

export interface EnvFile {
  /** In order; of a name that is there several times the last. */
  readonly variables: readonly { readonly name: string; readonly value: string }[]
  /** Lines that were not taken, counted from 1, and why. */
  readonly refused: readonly { readonly line: number; readonly why: string }[]
}

const assignment = /^\s*(?:export\s+)?([^=\s#][^=]*?)\s*=\s*/

/**
 * Reads the text of a `.env` file: `NAME=value`, `export`, comments, single, double and back quotes (over several lines
 * too), and `\n`, `\t`, `\"`, `\\` in double quotes. Nothing is expanded.
 */
export function parseEnvFile(text: string): EnvFile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const variables = new Map<string, string>()
  const refused: { line: number; why: string }[] = []

  for (let n = 0; n < lines.length; n++) {
    const line = lines[n] ?? ''
    if (/^\s*(?:#|$)/.test(line)) continue
    const start = n
    const refuse = (why: string) => refused.push({ line: start + 1, why })
    const found = assignment.exec(line)
    if (found === null) {
      refuse('There is no = in it')
      continue
    }
    const name = found[1] ?? ''
    const rest = line.slice(found[0].length)
    const quote = /^["'`]/.exec(rest)?.[0]
    let value: string
    if (quote === undefined) {
      value = rest.replace(/(?:^|\s+)#.*$/, '').trim()
    } else {
      let body = rest.slice(1)
      let end = endOfQuote(body, quote)
      while (end === -1 && n + 1 < lines.length) {
        body += `\n${lines[++n]}`
        end = endOfQuote(body, quote)
      }
      if (end === -1) {
        refuse(`The quote ${quote} is not closed`)
        n = start
        continue
      }
      value = quote === '"' ? withoutEscapes(body.slice(0, end)) : body.slice(0, end)
    }
    const why = whyNameIsRefused(name) ?? whyValueIsRefused(value)
    if (why === undefined) variables.set(name, value)
    else refuse(`${name}: ${why}`)
  }
  return { variables: [...variables].map(([name, value]) => ({ name, value })), refused }
}

function endOfQuote(body: string, quote: string): number {
  for (let at = 0; at < body.length; at++) {
    if (quote === '"' && body[at] === '\\') at++
    else if (body[at] === quote) return at
  }
  return -1
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

const withoutEscapes = (text: string): string =>
  text.replace(/\\(.)/gs, (whole, character: string) =>
    /["\\$`]/.test(character) ? character : (escapes[character] ?? whole),
  )
